"""Under which addresses and names phones reach this machine, and which of those the local authority may sign for."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from detector.errors import InvalidRequestError

Host = IPv4Address | IPv6Address | str
"""An IP address, or a DNS name in lower case."""

LAN_PATH = "/lan"
PROBE_PATH = f"{LAN_PATH}/probe"

PRIVATE_NETWORKS: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # private networks, RFC 1918
        "100.64.0.0/10",  # carrier-grade NAT and overlay networks, RFC 6598
        "127.0.0.0/8", "169.254.0.0/16",  # loopback, link-local
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15",  # documentation and test networks
        "::1/128", "fc00::/7", "fe80::/10",  # the same for IPv6
    )
)  # fmt: skip
"""Addresses with only local meaning (IANA's special-purpose registries)."""

PRIVATE_DOMAINS = ("local", "localhost", "internal", "home.arpa", "test", "lan", "home")
"""Domains that are reserved for local use, or that routers use and that were never delegated on the Internet.

They are also the name constraints of the authority's certificate (RFC 5280, section 4.2.1.10): a phone that trusts the
authority still rejects what a stolen key would sign for a bank.
"""

# A documentation address (RFC 5737): nothing is sent to it; it only selects the route to the Internet.
_INTERNET = ("203.0.113.1", 9)

_VIRTUAL = re.compile(
    r"docker|podman|br-|veth|virbr|vmnet|vboxnet|vnet|lxc|lxdbr|cni|flannel|cali|kube|bridge"  # containers, machines
    r"|tun|utun|tap|wg|ppp|ipsec|tailscale|zt|nordlynx|llw|awdl",  # VPNs and peer-to-peer links
    re.IGNORECASE,
)
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One host under which phones find the gateway, and its URLs. TLS and plain http share the port."""

    host: Host
    port: int

    @property
    def app(self) -> str:
        return url("https", self.host, self.port, "/")

    @property
    def plain(self) -> str:
        """The app without TLS."""
        return url("http", self.host, self.port, "/")

    @property
    def help(self) -> str:
        """The set-up page, over plain http: phones open it before they trust the certificate."""
        return url("http", self.host, self.port, LAN_PATH)

    @property
    def probe(self) -> str:
        """Answers only clients that trust the certificate."""
        return url("https", self.host, self.port, PROBE_PATH)


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface that is up, with one of its IPv4 addresses."""

    name: str
    address: IPv4Address

    @property
    def virtual(self) -> bool:
        """Whether, by its name, it connects containers, virtual machines or a VPN rather than phones."""
        return _VIRTUAL.match(self.name) is not None


def parse_host(text: str, *, variable: str = "DETECTOR_LAN_ADDRESS") -> Host:
    """Parse `192.168.1.5`, `fd00::5` or `studio.local`, the value of the setting `variable`.

    Raises InvalidRequestError for anything else, such as a URL.
    """
    bare = text.removeprefix("[").removesuffix("]")
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    name = text.lower().removesuffix(".")
    # Browsers parse a name whose last label is a number as an IPv4 address; ipaddress has rejected it as one.
    if not _NAME.fullmatch(name) or name.rsplit(".", 1)[-1].isdigit():
        raise InvalidRequestError(
            f"{variable}: {text!r} is neither an IP address nor a name; "
            "give it alone, such as 192.168.1.5 or studio.local."
        )
    return name


def is_private(host: Host) -> bool:
    """Whether `host` has only local meaning, so that the local authority may sign for it."""
    if isinstance(host, str):
        return any(host == domain or host.endswith(f".{domain}") for domain in PRIVATE_DOMAINS)
    return any(host in network for network in PRIVATE_NETWORKS)


def check_private(host: Host) -> None:
    """Raises InvalidRequestError for a host that is, or could be, a site on the Internet."""
    if not is_private(host):
        raise InvalidRequestError(
            f"{host} is public, and the local authority vouches for private addresses and for names below "
            f"{', '.join(f'.{domain}' for domain in PRIVATE_DOMAINS)} only: set DETECTOR_LAN_ADDRESS to one of those, "
            f"or DETECTOR_TLS_CERT and DETECTOR_TLS_KEY to a certificate for {host}."
        )


def mdns_name() -> str | None:
    """This machine's multicast DNS name, such as `studio.local`; None if its host name is not a valid label."""
    label = socket.gethostname().split(".", 1)[0].lower()
    return f"{label}.local" if re.fullmatch(_LABEL, label) and label != "localhost" else None


def with_port(host: Host, port: int) -> str:
    """`192.168.1.5:8080`, `[fd00::5]:8080`."""
    return f"[{host}]:{port}" if isinstance(host, IPv6Address) else f"{host}:{port}"


def url(scheme: str, host: Host, port: int, path: str = "") -> str:
    """`https://192.168.1.5:8080/lan`; the scheme's default port is left out."""
    default = {"http": 80, "https": 443}[scheme]
    authority = with_port(host, port)
    return f"{scheme}://{authority.removesuffix(f':{port}') if port == default else authority}{path}"


def lan_addresses() -> tuple[IPv4Address, ...]:
    """This machine's IPv4 addresses except loopback, the one that phones most likely reach first."""
    return rank(interfaces(), towards_internet=_source_address())


def rank(found: Iterable[Interface], *, towards_internet: IPv4Address | None) -> tuple[IPv4Address, ...]:
    """Physical interfaces before virtual ones, and among them the one with the route to the Internet first."""
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
            probe.connect(_INTERNET)
        except OSError:  # no route to the Internet
            return None
        return ipaddress.IPv4Address(probe.getsockname()[0])
