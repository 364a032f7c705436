"""/lan and what its page needs: the authority in three shapes, and what tells whether a browser trusts it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from detector.errors import NotFoundError
from services.gateway.lan.authority import Authority
from services.gateway.lan.document import HEADERS, text
from services.gateway.lan.explanation import PATH
from services.gateway.lan.lan import Lan
from services.gateway.lan.page import CERTIFICATE_FILE_NAME, own_certificate_page, set_up_page
from services.gateway.lan.place import PROBE_PATH
from services.gateway.lan.profile import MEDIA_TYPE, ios_profile

_CERTIFICATE = "application/x-x509-ca-cert"
_PEM = "application/x-pem-file"


def lan_routes(lan: Lan, *, open_to_all: bool) -> list[BaseRoute]:
    """Answered over TLS and plain http alike: there is no secret in them. `open_to_all`: no API keys are asked for."""

    async def page(request: Request) -> Response:
        request.state.route = PATH
        place = lan.place_for(request.headers.get("host", ""))
        if lan.authority is None:
            return own_certificate_page(place).response()
        return set_up_page(place, lan.authority, open_to_all=open_to_all).response()

    async def probe(request: Request) -> Response:
        """Whoever gets an answer over https trusts the certificate; the page asks from its http origin."""
        request.state.route = PROBE_PATH
        return Response(status_code=204, headers=HEADERS | {"Access-Control-Allow-Origin": "*"})

    async def worker(request: Request) -> Response:
        request.state.route = f"{PATH}/worker.js"
        return Response(text("worker.js"), media_type="text/javascript", headers=HEADERS)

    async def der(request: Request) -> Response:
        request.state.route = f"{PATH}/authority.crt"
        # As a file: Android installs authorities from its settings only, out of the downloads.
        return _download(_authority(lan).der, _CERTIFICATE, CERTIFICATE_FILE_NAME)

    async def pem(request: Request) -> Response:
        request.state.route = f"{PATH}/authority.pem"
        return _download(_authority(lan).pem, _PEM, CERTIFICATE_FILE_NAME.replace(".crt", ".pem"))

    async def profile(request: Request) -> Response:
        request.state.route = f"{PATH}/pocket-detector.mobileconfig"
        # Not as a file: Safari hands this type to the settings by itself.
        return Response(ios_profile(_authority(lan)), media_type=MEDIA_TYPE, headers=HEADERS)

    return [
        Route(PATH, page),
        Route(PROBE_PATH, probe),
        Route(f"{PATH}/worker.js", worker),
        Route(f"{PATH}/authority.crt", der),
        Route(f"{PATH}/authority.pem", pem),
        Route(f"{PATH}/pocket-detector.mobileconfig", profile),
    ]


def _authority(lan: Lan) -> Authority:
    if lan.authority is None:
        raise NotFoundError("This gateway has a certificate of its own; there is no authority to install.")
    return lan.authority


def _download(content: bytes, media_type: str, name: str) -> Response:
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
