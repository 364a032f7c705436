"""GET /openapi.json and GET /docs, a page without anything from elsewhere."""

import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

DOCS_PAGE = Path(__file__).with_name("docs.html")
DISTRIBUTION = "pocket-detector"


def document_routes() -> list[BaseRoute]:
    """The API's description, for programs and for people."""
    return [Route("/openapi.json", _openapi), Route("/docs", _docs)]


async def _openapi(request: Request) -> Response:
    request.state.route = "/openapi.json"
    return Response(_document(), media_type="application/json")


async def _docs(request: Request) -> Response:
    request.state.route = "/docs"
    return HTMLResponse(DOCS_PAGE.read_text("utf-8"))


@cache
def _document() -> bytes:
    # Imported when first asked for: most gateways are never asked.
    from services.gateway.rest.openapi import openapi_document

    return json.dumps(openapi_document(_project_version())).encode()


def _project_version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
