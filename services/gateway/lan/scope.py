"""What the local authority may vouch for: nothing that could be somebody's site on the Internet.

The names are also written into its certificate as name constraints (RFC 5280, section 4.2.1.10), so that a phone which
trusts the authority still refuses what a stolen key would sign for a bank. The networks are not: BoringSSL, and with it
every gRPC client built on it, rejects a whole chain that constrains addresses ("unsupported name constraint type").
"""

from ipaddress import IPv4Network, IPv6Network, ip_network

from detector.errors import InvalidRequestError
from services.gateway.lan.hosts import Host

NETWORKS: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # private networks, RFC 1918
        "100.64.0.0/10",  # behind a carrier's NAT, and overlay networks, RFC 6598
        "127.0.0.0/8", "169.254.0.0/16",  # this machine, this link
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15",  # documentation and test networks
        "::1/128", "fc00::/7", "fe80::/10",  # the same for IPv6
    )
)  # fmt: skip
"""Addresses that mean something only where they are used (IANA's special-purpose registries)."""

DOMAINS = ("local", "localhost", "internal", "home.arpa", "test", "lan", "home")
"""Names that are reserved for local use, or that routers use and the Internet never gave to anyone."""


def covers(host: Host) -> bool:
    """Whether the authority may vouch for `host`."""
    if isinstance(host, str):
        return any(host == domain or host.endswith(f".{domain}") for domain in DOMAINS)
    return any(host in network for network in NETWORKS)


def check_covered(host: Host) -> None:
    """Raises InvalidRequestError for a host that is, or could be, somebody's on the Internet."""
    if not covers(host):
        raise InvalidRequestError(
            f"{host} is public, and the local authority vouches for private addresses and for names below "
            f"{', '.join(f'.{domain}' for domain in DOMAINS)} only: set DETECTOR_LAN_ADDRESS to one of those, or "
            f"DETECTOR_TLS_CERT and DETECTOR_TLS_KEY to a certificate for {host}."
        )
