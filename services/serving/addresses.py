"""Every replica of TensorFlow Serving behind a target: all addresses of a name, not the one that comes first."""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from detector.errors import InvalidRequestError, ServingError

_CONNECT_TIMEOUT_S = 1.0

Lookup = Callable[[str, int], Iterable[str]]
"""From a host and a port to its addresses."""


@dataclass(frozen=True, slots=True, order=True)
class Replica:
    """One server: its address as people write it, and as gRPC takes it."""

    address: str
    target: str


def split_targets(given: Sequence[str]) -> tuple[str, ...]:
    """Targets from options and variables, each of which may hold several, separated by commas.

    Raises InvalidRequestError for one that names no host and port.
    """
    targets = tuple(part.strip() for each in given for part in each.split(",") if part.strip())
    for target in targets:
        if not target.startswith("unix:"):
            _host_and_port(target)
    return targets


def addresses_of(host: str, port: int) -> tuple[str, ...]:
    """All A and AAAA records of a name. Raises ServingError when there are none."""
    try:
        found: Iterable[Any] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ServingError(
            f"{host}: no address of TensorFlow Serving is known by this name ({error}); see that one runs and that "
            "the name is right"
        ) from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(targets: Sequence[str], *, lookup: Lookup = addresses_of) -> tuple[Replica, ...]:
    """The replicas behind `targets`, each once, sorted. Raises ServingError when a name has no address."""
    replicas: set[Replica] = set()
    for target in targets:
        if target.startswith("unix:"):
            replicas.add(Replica(target, target))
            continue
        host, port = _host_and_port(target)
        found = [_replica(address, port) for address in lookup(host, port)]
        replicas.update(_one_machine(found, port) if _is_this_machine(found) else found)
    return tuple(sorted(replicas))


def _host_and_port(target: str) -> tuple[str, int]:
    plain = re.sub(r"^(dns:///|dns:(?!//)|ipv4:|ipv6:)", "", target)
    match = re.fullmatch(r"(\[[^\]]+\]|[^:/\[\]]+):(\d{1,5})", plain)
    if match is None or not 0 < int(match[2]) < 65536:
        raise InvalidRequestError(
            f"{target!r} is no address of TensorFlow Serving: write host:8500, or dns:///host:8500 for all addresses "
            "of a name."
        )
    return match[1].strip("[]"), int(match[2])


def _replica(address: str, port: int) -> Replica:
    if ":" in address:
        return Replica(f"[{address}]:{port}", f"ipv6:[{address}]:{port}")
    return Replica(f"{address}:{port}", f"ipv4:{address}:{port}")


def _is_this_machine(replicas: Sequence[Replica]) -> bool:
    """Whether they are 127.0.0.1 and ::1, two ways to one server."""
    families = {replica.target[:4] for replica in replicas}
    return len(families) == 2 and all(_address(replica).is_loopback for replica in replicas)


def _address(replica: Replica) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    host = replica.target.removeprefix("ipv4:").removeprefix("ipv6:").rpartition(":")[0].strip("[]")
    return ipaddress.ip_address(host.partition("%")[0])


def _one_machine(replicas: Sequence[Replica], port: int) -> Sequence[Replica]:
    """Those at which something listens; all of them when nothing does, to be named in the error."""
    return [replica for replica in replicas if _listens(str(_address(replica)), port)] or replicas


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=_CONNECT_TIMEOUT_S).close()
    except OSError:
        return False
    return True
