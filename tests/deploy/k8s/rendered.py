"""Manifests as `kubectl apply -k` would send them."""

import functools
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
K8S = ROOT / "deploy" / "k8s"
KUSTOMIZATIONS = ("base", "overlays/laptop", "overlays/production", "overlays/gpu")
OPERATOR = "with the Prometheus operator"
"""The production overlay with the component that it names in a comment."""

Manifest = dict[str, Any]


@functools.cache
def rendered(name: str) -> tuple[Manifest, ...]:
    """Every object of one of KUSTOMIZATIONS."""
    return _build(K8S / name)


def with_operator(folder: Path) -> tuple[Manifest, ...]:
    """The production overlay of someone who took the comment away before the operator's component."""
    for part in ("deploy/k8s", "services/serving"):
        shutil.copytree(ROOT / part, folder / part)
    path = folder / "deploy/k8s/overlays/production/kustomization.yaml"
    text = path.read_text()
    commented = "  # - ../../components/prometheus-operator"
    assert commented in text
    path.write_text(text.replace(commented, commented.replace("# ", "")))
    return _build(path.parent)


def release_job() -> Manifest:
    """The Job that runs one step of a release."""
    (job,) = by_hand("release")
    return job


def by_hand(name: str) -> tuple[Manifest, ...]:
    """What a person creates from a file of jobs/ when it is needed."""
    return tuple(yaml.safe_load_all((K8S / "jobs" / f"{name}.yaml").read_text()))


def of_kind(manifests: tuple[Manifest, ...], kind: str) -> dict[str, Manifest]:
    """The objects of that kind, by name."""
    return {m["metadata"]["name"]: m for m in manifests if m["kind"] == kind}


def pod_templates(manifests: tuple[Manifest, ...]) -> dict[str, Manifest]:
    """The pods that these objects would start, by the name of what starts them."""
    return {
        m["metadata"].get("name") or m["metadata"]["generateName"]: m["spec"]["template"]
        for m in manifests
        if "template" in m.get("spec", {})
    }


def environment(container: Manifest) -> dict[str, str]:
    """Its variables that have their value in the manifest."""
    return {variable["name"]: variable["value"] for variable in container["env"] if "value" in variable}


def _build(folder: Path) -> tuple[Manifest, ...]:
    built = subprocess.run(
        [*_kustomize(), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        # kubectl reads the configuration of a cluster for nothing.
        env=os.environ | {"KUBECONFIG": os.devnull},
    )
    assert built.returncode == 0, built.stderr
    assert "deprecated" not in built.stderr, built.stderr
    return tuple(manifest for manifest in yaml.safe_load_all(built.stdout) if manifest)


def _kustomize() -> tuple[str, ...]:
    if tool := shutil.which("kustomize"):
        return (tool, "build")
    if tool := shutil.which("kubectl"):
        return (tool, "kustomize")
    pytest.fail("These tests need kubectl 1.27 or newer, or kustomize 5, on the PATH: install one of them.")
