"""API keys in a network of others: a key that crosses it in the clear is everybody's."""

import ipaddress

from starlette.types import ASGIApp, Receive, Scope, Send

from detector.errors import InvalidRequestError


class OverHttps:
    """Lets requests through to `app` that came over TLS, or from this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises InvalidRequestError."""
        if scope["scheme"] == "http" and not _from_this_machine(scope):
            raise InvalidRequestError(
                "This gateway asks for API keys and takes them from other machines over HTTPS only: use https:// "
                "with the same address and port."
            )
        await self._app(scope, receive, send)


def _from_this_machine(scope: Scope) -> bool:
    """By the connection's other end, not by any header."""
    client = scope.get("client")
    return client is not None and ipaddress.ip_address(client[0]).is_loopback
