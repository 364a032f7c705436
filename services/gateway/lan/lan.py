"""How phones in the same network reach this gateway: under which hosts, with which certificate, trusted by whom."""

import datetime as dt
import os
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from detector.errors import InvalidRequestError
from services.gateway.lan.addresses import lan_addresses
from services.gateway.lan.authority import Authority, open_authority
from services.gateway.lan.hosts import Host, own_name, parse_host
from services.gateway.lan.own_certificate import hosts_of_own_certificate
from services.gateway.lan.place import Place
from services.gateway.lan.scope import check_covered, covers
from services.gateway.lan.server_certificate import ServerCertificate, server_certificate
from services.gateway.settings import Settings
from services.gateway.tls import Tls

_THIS_MACHINE: tuple[Host, ...] = ("localhost", IPv4Address("127.0.0.1"), IPv6Address("::1"))
_EVERYWHERE: tuple[Host, ...] = (IPv4Address("0.0.0.0"), IPv6Address("::"))


class Lan:
    """Found and prepared once, before anything is answered; `refresh` follows a machine that changes networks.

    `hosts`: where phones find it, the best first. `tls`: what it shows to them. `authority`: who vouches for that, or
    None with a certificate of one's own (DETECTOR_TLS_CERT), which phones trust as it is. `on_localhost`: whether this
    machine reaches it under that name.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        port: int,
        find: Callable[[], tuple[IPv4Address, ...]] = lan_addresses,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """`port`: where HTTP listens. Raises InvalidRequestError without a network, or for files that do not serve."""
        self.port = port
        self._clock = clock
        self._given = tuple(map(parse_host, settings.lan_address))
        listening = parse_host(settings.host, variable="DETECTOR_HOST")
        self.on_localhost = listening in (*_EVERYWHERE, *_THIS_MACHINE)
        self._find = _reached_by(listening, find)
        self.folder = settings.lan_dir or default_folder()
        self.authority: Authority | None = None
        self.authority_is_new = False
        self.hosts: tuple[Host, ...]
        self._certificate: ServerCertificate | None = None
        if settings.tls_cert is not None and settings.tls_key is not None:
            self.hosts = hosts_of_own_certificate(settings.tls_cert, self._given)
            self.tls = Tls(settings.tls_cert, settings.tls_key)
        else:
            self.hosts = self._given or _private(self._find())
            for host in self.hosts:
                check_covered(host)
            self.authority, self.authority_is_new = open_authority(self.folder, now=clock())
            self._certificate = self._issue(self.authority, self.hosts)
            self.tls = Tls(self._certificate.path, self._certificate.path)

    @property
    def places(self) -> tuple[Place, ...]:
        """Where phones find it, the best first."""
        return tuple(Place(host, self.port) for host in self.hosts)

    def place_for(self, host_header: str) -> Place:
        """The place that a request came to, so that its links stay there; one that is not known is not believed."""
        asked = host_header.rpartition(":")[0] or host_header
        known = [place for place in self.places if str(place.host) == asked.strip("[]").lower()]
        return (known or list(self.places))[0]

    def refresh(self) -> bool:
        """Look at the addresses again and renew the certificate if it is due; whether the hosts have changed.

        A machine that has lost its network keeps what it had. Raises InvalidRequestError if a file cannot be kept.
        """
        if self.authority is None or self._certificate is None:
            return False
        hosts = self._given or tuple(filter(covers, self._find())) or self.hosts
        if not self._certificate.fits(_certified(hosts), now=self._clock()):
            self._certificate = self._issue(self.authority, hosts)
            self.tls.load(self._certificate.path, self._certificate.path)
        moved = hosts != self.hosts
        self.hosts = hosts
        return moved

    def _issue(self, authority: Authority, hosts: tuple[Host, ...]) -> ServerCertificate:
        return server_certificate(self.folder, authority, _certified(hosts), now=self._clock())


def _certified(hosts: tuple[Host, ...]) -> tuple[Host, ...]:
    """The hosts, and under which names and addresses else this machine is asked for."""
    name = own_name()
    return tuple(dict.fromkeys((*hosts, *((name,) if name else ()), *_THIS_MACHINE)))


def _reached_by(listening: Host, find: Callable[[], tuple[Host, ...]]) -> Callable[[], tuple[Host, ...]]:
    """Where a gateway that listens on `listening` is reached: under every IPv4 address, or only there."""
    return find if listening == _EVERYWHERE[0] else lambda: _reachable(listening)


def _reachable(host: Host) -> tuple[Host, ...]:
    if host in (*_EVERYWHERE, *_THIS_MACHINE):
        raise InvalidRequestError(
            f"DETECTOR_HOST={host} does not say where phones reach this machine: leave it out (0.0.0.0 for "
            "DETECTOR_LAN), or set DETECTOR_LAN_ADDRESS too."
        )
    return (host,)


def _private(found: tuple[Host, ...]) -> tuple[Host, ...]:
    """Those that the authority may vouch for; the public ones of a machine with several are left out."""
    if not found:
        raise InvalidRequestError(
            "This machine has no address in a network that a phone could be in: connect it to the same Wi-Fi, or set "
            "DETECTOR_LAN_ADDRESS to the address or name under which phones reach it."
        )
    return tuple(filter(covers, found)) or found


def default_folder() -> Path:
    """`pocket-detector/lan` where this user's programs keep their data (XDG base directories)."""
    data = os.environ.get("XDG_DATA_HOME", "")
    # The specification says to ignore one that is not absolute.
    base = Path(data) if data.startswith("/") else Path.home() / ".local" / "share"
    return base / "pocket-detector" / "lan"
