"""docs/kubernetes.md: the commands are right as far as that can be seen without a cluster: options, files, objects.

A block that acts on a cluster, or has a command that nothing here checks, must be marked in the page as not run. What
can be checked of a marked block is checked all the same.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.errors import ClusterError
from jobs.cli import main
from jobs.launch import connection
from jobs.launch.manifest import LABELS
from tests.deploy.k8s.documented import (
    NOT_RUN,
    Block,
    blocks,
    inline_commands,
    is_assignment,
    split_commands,
)
from tests.deploy.k8s.rendered import KUSTOMIZATIONS, ROOT, Manifest, by_hand, pod_templates, rendered

PAGE = ROOT / "docs" / "kubernetes.md"
BLOCKS = blocks(PAGE)
WRONG_USAGE = re.compile(
    r"unknown (command|flag|shorthand)|flag needs|invalid argument|unrecognized|--help|[Uu]sage"
)
REACHED = "the cluster would be asked"
PLACEHOLDER = re.compile(r"[A-Z]+|\$\w+")
OBJECT = re.compile(r"(deployment|service|pod|job|role)/(\S+)")

Check = Callable[[list[str]], None]


def objects() -> set[tuple[str, str]]:
    """Kind and name of everything that the manifests make."""
    everything = [*rendered("overlays/laptop"), *rendered("overlays/production"), *by_hand("photos")]
    return {(each["kind"].lower(), each["metadata"]["name"]) for each in everything}


def templates() -> dict[str, Manifest]:
    return pod_templates(rendered("overlays/laptop"))


def images() -> set[str]:
    """Those that are built here and run in the cluster."""
    containers = [c for template in templates().values() for c in template["spec"]["containers"]]
    containers += [
        c for each in by_hand("photos") if each["kind"] == "Pod" for c in each["spec"]["containers"]
    ]
    return {container["image"] for container in containers}


def check_kubectl(words: list[str]) -> None:
    check_kubectl_objects(words)
    check_kubectl_files(words)
    if shutil.which("kubectl"):
        check_kubectl_options(words)


def check_kubectl_objects(words: list[str]) -> None:
    own, _, _ = _partition(words, "--")
    for word in own:
        if (match := OBJECT.fullmatch(word)) and not PLACEHOLDER.fullmatch(match[2]):
            assert match.groups() in objects(), f"{word} is in no manifest"
    for option in ("-n", "--namespace"):
        if option in own:
            assert ("namespace", _after(own, option)) in objects()
    if "-c" in own:
        (workload,) = (match[2] for word in own if (match := OBJECT.fullmatch(word)))
        spec = templates()[workload]["spec"]
        assert _after(own, "-c") in {c["name"] for c in [*spec["containers"], *spec["initContainers"]]}
    if "-l" in own:
        key, _, value = _after(own, "-l").partition("=")
        assert LABELS[key] == value


def check_kubectl_files(words: list[str]) -> None:
    if "-k" in words:
        assert _after(words, "-k").removeprefix("deploy/k8s/") in KUSTOMIZATIONS
    if {"apply", "create"} & set(words) and "-f" in words:
        path = ROOT / _after(words, "-f")
        assert by_hand(path.stem), f"{path} makes nothing"


def check_kubectl_options(words: list[str]) -> None:
    """kubectl reads its options before it asks the cluster, and there is none."""
    nowhere = ["--server=http://127.0.0.1:9", "--request-timeout=1s"]
    own, separator, rest = _partition(words, "--")
    done = subprocess.run(
        [*own, *nowhere, *separator, *rest],
        cwd=ROOT,
        env=os.environ | {"KUBECONFIG": os.devnull},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not WRONG_USAGE.search(done.stderr), f"{' '.join(words)}: {done.stderr}"


def check_detector(words: list[str]) -> None:
    """Everything that is checked before the cluster is asked."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["detector", *words[1:]])
        patched.setattr(connection, "connect", _refuse)
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == ClusterError.exit_code, " ".join(words)


def check_docker(words: list[str]) -> None:
    assert words[1] == "build"
    assert (ROOT / _after(words, "-f")).is_file()
    assert _after(words, "-t") in images()


def check_kind(words: list[str]) -> None:
    assert words[1:3] == ["load", "docker-image"]
    assert set(words[3:]) == {image for image in images() if image.startswith("pocket-detector/")}


def check_hey(words: list[str]) -> None:
    """Without a content type the gateway refuses every photo, which hey counts as well as an answer."""
    assert _after(words, "-m") == "POST"
    assert _after(words, "-T") == "image/jpeg"
    assert _after(words, "-D").endswith(".jpg")
    assert words[-1] == "http://127.0.0.1:8080/detect"


def check_assignment(command: list[str]) -> None:
    value = command[0].partition("=")[2]
    if value.startswith("import "):
        ast.parse(value)


def check_nothing(words: list[str]) -> None:
    """The shell's own, about which nothing of this project can be wrong."""


CHECKS: dict[str, Check] = {
    "kubectl": check_kubectl,
    ".venv/bin/detector": check_detector,
    "detector": check_detector,
    "docker": check_docker,
    "kind": check_kind,
    "hey": check_hey,
    "echo": check_nothing,
    "sleep": check_nothing,
    "wait": check_nothing,
}
"""By program, what is checked of a command."""
ON_A_CLUSTER = frozenset({"kubectl", ".venv/bin/detector", "kind", "hey"})
"""Programs that this page has act on a cluster, which the tests do not have."""


def check(command: list[str]) -> None:
    if is_assignment(command):
        check_assignment(command)
        return
    assert command[0] in CHECKS, f"nothing checks {command[0]}: mark its block as not run"
    CHECKS[command[0]](command)


def check_block(block: Block) -> None:
    """All that is known of its commands, and that the page says it where they are not run."""
    for command in block.commands():
        known = is_assignment(command) or command[0] in CHECKS
        if not known or command[0] in ON_A_CLUSTER:
            assert block.marked, f"{' '.join(command)} is not run: let '{NOT_RUN}' begin the paragraph before"
        if known:
            check(command)


def check_all(commands: list[list[str]]) -> None:
    for command in commands:
        check(command)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.text.splitlines()[0][:40])
def test_each_command_of_a_block_is_checked_or_the_page_says_that_it_is_not_run(block: Block) -> None:
    subprocess.run(["bash", "-n"], input=block.text, text=True, check=True, timeout=10)
    check_block(block)


def test_a_block_that_acts_on_a_cluster_must_be_marked() -> None:
    with pytest.raises(AssertionError, match="is not run"):
        check_block(Block("kubectl -n detector get pods\n", marked=False))
    check_block(Block("kubectl -n detector get pods\n", marked=True))


def test_a_mark_does_not_switch_the_checks_off_and_is_asked_of_what_has_none() -> None:
    with pytest.raises(AssertionError):
        check_block(Block("kubectl -n elsewhere get pods\n", marked=True))
    with pytest.raises(AssertionError, match="is not run"):
        check_block(Block("helm install detector\n", marked=False))
    check_block(Block("helm install detector\n", marked=True))


def test_so_is_each_command_in_the_text() -> None:
    commands = inline_commands(PAGE)
    assert len(commands) >= 5
    check_all(commands)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.text.splitlines()[0][:40])
def test_a_claim_with_photos_is_made_before_it_is_used(block: Block) -> None:
    made: set[str] = set()
    for command in block.commands():
        if "-f" in command and command[1:2] == ["apply"]:
            manifests = by_hand(Path(_after(command, "-f")).stem)
            made |= {m["metadata"]["name"] for m in manifests if m["kind"] == "PersistentVolumeClaim"}
        if "--dataset-claim" in command:
            assert _after(command, "--dataset-claim") in made


def test_the_page_has_blocks_and_they_have_commands() -> None:
    assert len(BLOCKS) >= 4
    assert all(block.commands() for block in BLOCKS)


@pytest.mark.parametrize(
    "wrong",
    [
        "hey -z 4m -c 4 -m POST -D a-photo.jpg http://127.0.0.1:8080/detect &",
        "kubectl -n detector rollout restart deployment/server",
        "kubectl -n elsewhere get pods",
        "kubectl apply -k deploy/k8s/overlays/desktop",
        "kubectl apply -f deploy/k8s/jobs/photographs.yaml",
        "kubectl -n detector logs deployment/serving -c wait-for-versions",
        ".venv/bin/detector launch -n detector -- --sizzle 320",
        ".venv/bin/detector launch critters -n detector",
        "docker build -t pocket-detector/train:0.2.0 -f deploy/training/Dockerfile .",
        "helm install detector",
        "kubectl -n detector get pods --wide",
        "kubectl -n detector wait pod/photos",
        "job=$(kubectl create -f deploy/k8s/jobs/releases.yaml -o name)",
    ],
)
def test_what_is_wrong_in_a_block_is_found(wrong: str) -> None:
    with pytest.raises((AssertionError, OSError)):
        check_all(split_commands(wrong))


def _refuse(**_: object) -> None:
    raise ClusterError(REACHED)


def _after(words: list[str], option: str) -> str:
    assert option in words, f"{' '.join(words)} lacks {option}"
    return words[words.index(option) + 1]


def _partition(words: list[str], separator: str) -> tuple[list[str], list[str], list[str]]:
    if separator not in words:
        return words, [], []
    index = words.index(separator)
    return words[:index], [separator], words[index + 1 :]
