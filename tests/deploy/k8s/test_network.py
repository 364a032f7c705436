import pytest

from tests.deploy.k8s.network import Network, Peer
from tests.deploy.k8s.rendered import KUSTOMIZATIONS, of_kind, pod_templates, release_job, rendered

pytestmark = pytest.mark.slow
"""They need kubectl or kustomize, which a newcomer's machine may not have."""

WORLD = Peer()
PROMETHEUS = Peer({"app.kubernetes.io/name": "prometheus"}, "monitoring")
NEIGHBOUR = Peer({"app.kubernetes.io/name": "prometheus"}, "elsewhere")
NAMES = Peer({"k8s-app": "kube-dns"}, "kube-system")


def pod(component: str) -> Peer:
    """A pod of ours, with the labels that its own manifest gives it."""
    templates = pod_templates((*rendered("base"), release_job()))
    labels = {
        t["metadata"]["labels"]["app.kubernetes.io/component"]: t["metadata"]["labels"]
        for t in templates.values()
    }
    labels["train"] = {"app.kubernetes.io/name": "pocket-detector", "app.kubernetes.io/component": "train"}
    return Peer(labels[component], "detector")


def network(name: str) -> Network:
    return Network(tuple(of_kind(rendered(name), "NetworkPolicy").values()), "detector")


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_gateway_and_release_reach_predictions_and_nobody_else_does(name: str) -> None:
    reach = {
        who: network(name).allows(peer, pod("serving"), 8500)
        for who, peer in {
            "gateway": pod("gateway"), "release": pod("release"), "train": pod("train"), "serving": pod("serving"),
            "prometheus": PROMETHEUS, "neighbour": NEIGHBOUR, "world": WORLD,
        }.items()
    }  # fmt: skip
    assert {who for who, reaches in reach.items() if reaches} == {"gateway", "release"}


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_prometheus_alone_reaches_the_port_with_metrics(name: str) -> None:
    peers = (pod("gateway"), pod("release"), pod("train"), PROMETHEUS, NEIGHBOUR, WORLD)
    assert [peer for peer in peers if network(name).allows(peer, pod("serving"), 8501)] == [PROMETHEUS]


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_the_world_reaches_the_gateway_and_nothing_behind_it(name: str) -> None:
    allows = network(name).allows
    assert allows(WORLD, pod("gateway"), 8080)
    assert allows(WORLD, pod("gateway"), 50051)
    for component in ("serving", "train", "release"):
        assert not any(allows(WORLD, pod(component), port) for port in (8080, 8500, 8501, 50051))


def test_private_metrics_are_for_prometheus_alone() -> None:
    allows = network("overlays/production").allows
    assert [
        peer for peer in (WORLD, NEIGHBOUR, pod("serving"), PROMETHEUS) if allows(peer, pod("gateway"), 8081)
    ] == [PROMETHEUS]
    assert not network("base").allows(PROMETHEUS, pod("gateway"), 8081)


def test_only_those_that_look_up_names_reach_the_name_server() -> None:
    for protocol in ("UDP", "TCP"):
        asking = {
            c
            for c in ("gateway", "release", "serving", "train")
            if network("base").allows(pod(c), NAMES, 53, protocol)
        }
        assert asking == {"gateway", "release"}


def test_no_pod_calls_out_into_the_world() -> None:
    for component in ("gateway", "serving", "train", "release"):
        assert not any(network("base").allows(pod(component), WORLD, port) for port in (53, 80, 443, 8500))
