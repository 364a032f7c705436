"""/lan of an ordinary gateway: what needs HTTPS and how to get it. Phones' pages link to it from everywhere."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.gateway.lan.document import document, filled

PATH = "/lan"


def explanation_routes() -> list[BaseRoute]:
    """The one route; no certificate is made or given."""
    return [Route(PATH, _page)]


async def _page(request: Request) -> Response:
    request.state.route = PATH
    return document(filled("secure.html" if request.url.scheme == "https" else "plain.html")).response()
