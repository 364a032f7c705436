"""The addresses under which other machines in the same network reach this one."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address

# A documentation address (RFC 5737): nothing is sent to it, it only asks which way the Internet would be.
_ELSEWHERE = ("203.0.113.1", 9)

_VIRTUAL = re.compile(
    r"docker|podman|br-|veth|virbr|vmnet|vboxnet|vnet|lxc|lxdbr|cni|flannel|cali|kube|bridge"  # containers, machines
    r"|tun|utun|tap|wg|ppp|ipsec|tailscale|zt|nordlynx|llw|awdl",  # VPNs and peer-to-peer links
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface that is up, and one of its IPv4 addresses."""

    name: str
    address: IPv4Address

    @property
    def virtual(self) -> bool:
        """Whether its name says that it leads to containers, virtual machines or a VPN rather than to a phone."""
        return _VIRTUAL.match(self.name) is not None


def lan_addresses() -> tuple[IPv4Address, ...]:
    """This machine's IPv4 addresses but loopback, the one that a phone most likely reaches first."""
    return rank(interfaces(), towards_internet=_source_address())


def rank(found: Iterable[Interface], *, towards_internet: IPv4Address | None) -> tuple[IPv4Address, ...]:
    """Real interfaces before virtual ones, among them the one that leads to the Internet first."""
    usable = [each for each in found if not (each.address.is_loopback or each.address.is_link_local)]
    usable.sort(key=lambda each: (each.virtual, each.address != towards_internet, each.name, each.address))
    return tuple(dict.fromkeys(each.address for each in usable))


def interfaces() -> list[Interface]:
    """Every IPv4 address of every interface that is up."""
    import psutil  # only gateways that serve phones need it

    states = psutil.net_if_stats()
    return [
        Interface(name, IPv4Address(entry.address))
        for name, entries in psutil.net_if_addrs().items()
        for entry in entries
        if entry.family == socket.AF_INET and name in states and states[name].isup
    ]


def _source_address() -> IPv4Address | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError:  # no way there
            return None
        return ipaddress.IPv4Address(probe.getsockname()[0])
