import copy
from typing import Any

import pytest

from tests.deploy.k8s.pod_security import violations
from tests.deploy.k8s.rendered import KUSTOMIZATIONS, by_hand, pod_templates, release_job, rendered

pytestmark = pytest.mark.slow
"""They need kubectl or kustomize, which a newcomer's machine may not have."""


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_every_pod_meets_the_restricted_profile(name: str) -> None:
    templates = pod_templates(rendered(name))
    assert set(templates) == {"serving", "gateway"}
    assert {name: violations(template) for name, template in templates.items()} == {
        "serving": [],
        "gateway": [],
    }


def test_what_is_created_by_hand_meets_it_too() -> None:
    assert violations(release_job()["spec"]["template"]) == []
    _, pod = by_hand("photos")
    assert violations(pod) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("hostNetwork",), True, "hostNetwork"),
        (("securityContext", "runAsNonRoot"), False, "runAsNonRoot"),
        (("securityContext", "runAsUser"), 0, "runAsUser"),
        (("securityContext", "seccompProfile"), {"type": "Unconfined"}, "seccompProfile"),
        (("volumes", 0), {"name": "host", "hostPath": {"path": "/"}}, "hostPath"),
        (("containers", 0, "securityContext", "privileged"), True, "privileged"),
        (("containers", 0, "securityContext", "allowPrivilegeEscalation"), True, "allowPrivilegeEscalation"),
        (("containers", 0, "securityContext", "capabilities"), {"drop": ["NET_RAW"]}, "not dropped"),
        (("initContainers", 0, "securityContext"), {}, "allowPrivilegeEscalation"),
    ],
)
def test_the_check_finds_what_the_profile_forbids(path: tuple[Any, ...], value: Any, said: str) -> None:
    template = copy.deepcopy(pod_templates(rendered("base"))["serving"])
    place = template["spec"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert said in " ".join(violations(template))


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_the_namespace_enforces_it(name: str) -> None:
    (namespace,) = [m for m in rendered(name) if m["kind"] == "Namespace"]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
