"""The routes below /lan: the set-up page, the authority in three formats, and a probe of the browser's trust.

Imported by every gateway: cryptography and the like are left to the modules that only `lan` gateways import.
"""

import ipaddress
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from detector.errors import InvalidRequestError, NotFoundError
from services.gateway.lan.hosts import LAN_PATH, PROBE_PATH
from services.gateway.lan.pages import (
    CERTIFICATE_FILE_NAME,
    HEADERS,
    https_explanation_page,
    ios_profile,
    own_certificate_page,
    read_asset,
    set_up_page,
)

if TYPE_CHECKING:
    from services.gateway.lan.certificates import Authority
    from services.gateway.lan.lan import Lan

_CERTIFICATE_TYPE = "application/x-x509-ca-cert"
_PEM_TYPE = "application/x-pem-file"
_PROFILE_TYPE = "application/x-apple-aspen-config"


class RequireHttps:
    """Rejects requests over plain http from other machines: an API key must not cross the network in the clear."""

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


def explanation_routes() -> list[BaseRoute]:
    """/lan of an ordinary gateway, which has no certificate to give; the phone page links to it."""

    async def page(request: Request) -> Response:
        request.state.route = LAN_PATH
        return https_explanation_page(secure=request.url.scheme == "https").response()

    return [Route(LAN_PATH, page)]


def lan_routes(lan: "Lan", *, open_to_all: bool) -> list[BaseRoute]:
    """Served over TLS and plain http alike, since nothing here is secret. `open_to_all`: no API keys are required."""

    async def page(request: Request) -> Response:
        request.state.route = LAN_PATH
        endpoint = lan.endpoint_for(request.headers.get("host", ""))
        if lan.authority is None:
            return own_certificate_page(endpoint).response()
        return set_up_page(endpoint, lan.authority, open_to_all=open_to_all).response()

    async def probe(request: Request) -> Response:
        """A browser that gets this response over https trusts the certificate; the page asks from its http origin."""
        request.state.route = PROBE_PATH
        return Response(status_code=204, headers=HEADERS | {"Access-Control-Allow-Origin": "*"})

    async def worker(request: Request) -> Response:
        request.state.route = f"{LAN_PATH}/worker.js"
        return Response(read_asset("worker.js"), media_type="text/javascript", headers=HEADERS)

    async def der(request: Request) -> Response:
        request.state.route = f"{LAN_PATH}/authority.crt"
        # As an attachment: Android installs authorities only from its settings, out of the downloads folder.
        return _download(_authority(lan).der, _CERTIFICATE_TYPE, CERTIFICATE_FILE_NAME)

    async def pem(request: Request) -> Response:
        request.state.route = f"{LAN_PATH}/authority.pem"
        return _download(_authority(lan).pem, _PEM_TYPE, CERTIFICATE_FILE_NAME.replace(".crt", ".pem"))

    async def profile(request: Request) -> Response:
        request.state.route = f"{LAN_PATH}/pocket-detector.mobileconfig"
        # Not as an attachment: Safari passes this media type on to the settings by itself.
        return Response(ios_profile(_authority(lan)), media_type=_PROFILE_TYPE, headers=HEADERS)

    return [
        Route(LAN_PATH, page),
        Route(PROBE_PATH, probe),
        Route(f"{LAN_PATH}/worker.js", worker),
        Route(f"{LAN_PATH}/authority.crt", der),
        Route(f"{LAN_PATH}/authority.pem", pem),
        Route(f"{LAN_PATH}/pocket-detector.mobileconfig", profile),
    ]


def _from_this_machine(scope: Scope) -> bool:
    """By the peer's address, not by any header."""
    client = scope.get("client")
    return client is not None and ipaddress.ip_address(client[0]).is_loopback


def _authority(lan: "Lan") -> "Authority":
    if lan.authority is None:
        raise NotFoundError("This gateway has a certificate of its own; there is no authority to install.")
    return lan.authority


def _download(content: bytes, media_type: str, name: str) -> Response:
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
