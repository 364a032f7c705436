"""The manifests against the schemas of Kubernetes itself, unknown fields refused."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from tests.deploy.k8s.rendered import KUSTOMIZATIONS, Manifest, by_hand, of_kind, rendered, with_operator

pytestmark = pytest.mark.slow
"""They need kubectl or kustomize, which a newcomer's machine may not have."""

VERSIONS = ("1.34", "1.35", "1.36", "1.37")


def check(manifest: Manifest, version: str) -> None:
    """Raises for a field or a kind that this version does not have."""
    validate: Any = kubernetes_validate.validate
    assert validate(manifest, version, strict=True) == version


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_each_object_is_of_a_built_in_kind_and_fits_its_schema(name: str, version: str) -> None:
    for manifest in rendered(name):
        check(manifest, version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["release", "photos"])
def test_what_is_created_by_hand_fits_too(name: str, version: str) -> None:
    for manifest in by_hand(name):
        check(manifest, version)


def test_the_check_refuses_a_field_and_a_kind_that_do_not_exist() -> None:
    deployment = of_kind(rendered("base"), "Deployment")["serving"]
    with pytest.raises(kubernetes_validate.ValidationError):
        check({**deployment, "spec": deployment["spec"] | {"replica": 1}}, "1.36")
    with pytest.raises(kubernetes_validate.SchemaNotFoundError):
        check({**deployment, "apiVersion": "apps/v1beta1"}, "1.36")


def test_the_operator_component_adds_its_own_kind_and_nothing_else_that_is_foreign(tmp_path: Path) -> None:
    foreign = {m["kind"] for m in with_operator(tmp_path) if "monitoring.coreos.com" in m["apiVersion"]}
    assert foreign == {"PodMonitor"}
