"""One host under which phones find the gateway, and the addresses that follow from it."""

from dataclasses import dataclass

from services.gateway.lan.explanation import PATH
from services.gateway.lan.hosts import Host, url

PROBE_PATH = f"{PATH}/probe"


@dataclass(frozen=True, slots=True)
class Place:
    """TLS and plain http answer on one port."""

    host: Host
    port: int

    @property
    def app(self) -> str:
        return url("https", self.host, self.port, "/")

    @property
    def plain(self) -> str:
        """The same without TLS."""
        return url("http", self.host, self.port, "/")

    @property
    def help(self) -> str:
        """Over plain http: a phone that does not trust the certificate yet must be able to open it."""
        return url("http", self.host, self.port, PATH)

    @property
    def probe(self) -> str:
        """Answers those who trust the certificate."""
        return url("https", self.host, self.port, PROBE_PATH)
