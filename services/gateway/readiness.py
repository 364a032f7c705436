"""Whether load balancers should send requests here."""

from services.gateway.versions import Versions


class Readiness:
    """Ready once the stable version has answered a probe, until the gateway is told to stop.

    An engine that is lost later does not make it unready: that is for /detect and the metrics to say.
    """

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self.draining = False

    @property
    def ready(self) -> bool:
        return not self.draining and "stable" in self._versions.served.channels
