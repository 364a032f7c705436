"""How phones in the same network reach this gateway: its hosts, its certificate and the authority behind it."""

import asyncio
import datetime as dt
import os
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import structlog

from detector.errors import InvalidRequestError
from services.gateway.lan.certificates import (
    Authority,
    ServerCertificate,
    hosts_of_own_certificate,
    open_authority,
    server_certificate,
)
from services.gateway.lan.hosts import (
    Endpoint,
    Host,
    check_private,
    is_private,
    lan_addresses,
    mdns_name,
    parse_host,
)
from services.gateway.security import Tls
from services.gateway.settings import Settings

log = structlog.get_logger("gateway.lan")

REFRESH_INTERVAL_S = 5.0

_LOOPBACK: tuple[Host, ...] = ("localhost", IPv4Address("127.0.0.1"), IPv6Address("::1"))
_ANY: tuple[Host, ...] = (IPv4Address("0.0.0.0"), IPv6Address("::"))


class Lan:
    """Prepared once before the server starts; `refresh` adapts it when the machine changes networks.

    `hosts`: under which phones find the gateway, the best first. `tls`: the certificate it presents. `authority`: the
    issuer of that certificate, or None with the operator's own (DETECTOR_TLS_CERT), which phones trust already.
    `on_localhost`: whether the gateway also listens on loopback.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        port: int,
        find: Callable[[], tuple[IPv4Address, ...]] = lan_addresses,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """`port`: of HTTP. Raises InvalidRequestError without a network, or for unusable files."""
        self.port = port
        self._clock = clock
        self._given = tuple(map(parse_host, settings.lan_address))
        listening = parse_host(settings.host, variable="DETECTOR_HOST")
        self.on_localhost = listening in (*_ANY, *_LOOPBACK)
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
            self.hosts = self._given or _only_private(self._find())
            for host in self.hosts:
                check_private(host)
            self.authority, self.authority_is_new = open_authority(self.folder, now=clock())
            self._certificate = self._issue(self.authority, self.hosts)
            self.tls = Tls(self._certificate.path, self._certificate.path)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The URLs of every host, the best first."""
        return tuple(Endpoint(host, self.port) for host in self.hosts)

    def endpoint_for(self, host_header: str) -> Endpoint:
        """The endpoint that a request names, so that links stay on it; the best one if the Host header is unknown."""
        asked = host_header.rpartition(":")[0] or host_header
        known = [endpoint for endpoint in self.endpoints if str(endpoint.host) == asked.strip("[]").lower()]
        return (known or list(self.endpoints))[0]

    def refresh(self) -> bool:
        """Look up the addresses again and renew the certificate if needed; returns whether the hosts have changed.

        A machine that has lost its network keeps its hosts. Raises InvalidRequestError if a file cannot be written.
        """
        if self.authority is None or self._certificate is None:
            return False
        hosts = self._given or tuple(filter(is_private, self._find())) or self.hosts
        if not self._certificate.fits(_certified(hosts), now=self._clock()):
            self._certificate = self._issue(self.authority, hosts)
            self.tls.load(self._certificate.path, self._certificate.path)
        moved = hosts != self.hosts
        self.hosts = hosts
        return moved

    def _issue(self, authority: Authority, hosts: tuple[Host, ...]) -> ServerCertificate:
        return server_certificate(self.folder, authority, _certified(hosts), now=self._clock())


async def follow(lan: Lan, *, moved: Callable[[], None], every_s: float = REFRESH_INTERVAL_S) -> None:
    """Refresh `lan` until cancelled; `moved` is called whenever its hosts have changed."""
    while True:
        await asyncio.sleep(every_s)
        try:
            changed = await asyncio.to_thread(lan.refresh)
        except InvalidRequestError as error:
            # The certificate presented so far stays in use.
            log.error("certificate_not_renewed", reason=error.message)
            continue
        if changed:
            log.info("moved", hosts=list(map(str, lan.hosts)))
            moved()


def default_folder() -> Path:
    """`pocket-detector/lan` in the user's data directory (XDG Base Directory Specification)."""
    data = os.environ.get("XDG_DATA_HOME", "")
    # The specification says to ignore a relative path.
    base = Path(data) if data.startswith("/") else Path.home() / ".local" / "share"
    return base / "pocket-detector" / "lan"


def _certified(hosts: tuple[Host, ...]) -> tuple[Host, ...]:
    """The hosts, and this machine's other names and addresses."""
    name = mdns_name()
    return tuple(dict.fromkeys((*hosts, *((name,) if name else ()), *_LOOPBACK)))


def _reached_by(listening: Host, find: Callable[[], tuple[Host, ...]]) -> Callable[[], tuple[Host, ...]]:
    """A gateway on 0.0.0.0 is reached under every IPv4 address, any other only under its own."""
    return find if listening == _ANY[0] else lambda: _reachable(listening)


def _reachable(host: Host) -> tuple[Host, ...]:
    if host in (*_ANY, *_LOOPBACK):
        raise InvalidRequestError(
            f"DETECTOR_HOST={host} does not say where phones reach this machine: leave it out (0.0.0.0 for "
            "DETECTOR_LAN), or set DETECTOR_LAN_ADDRESS too."
        )
    return (host,)


def _only_private(found: tuple[Host, ...]) -> tuple[Host, ...]:
    """The hosts that the authority may sign for; public ones are returned only if there are no others."""
    if not found:
        raise InvalidRequestError(
            "This machine has no address in a network that a phone could be in: connect it to the same Wi-Fi, or set "
            "DETECTOR_LAN_ADDRESS to the address or name under which phones reach it."
        )
    return tuple(filter(is_private, found)) or found
