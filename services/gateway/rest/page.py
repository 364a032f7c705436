"""The phone page: static files of a folder, which revalidate so that a new build shows at once."""

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.gateway.files import inside
from services.gateway.rest.files import IMMUTABLE, REVALIDATE, describe, respond

BUILT_PAGE = Path(__file__).parents[2] / "phone" / "dist"
INDEX = "index.html"
HASHED_FOLDER = "assets/"
"""The build puts files here whose names carry a hash of their content."""

_PLACEHOLDER = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Pocket Detector</title>
<h1>Pocket Detector</h1><p>The phone page is not built here. The gateway itself answers:
<code>curl --data-binary @photo.jpg /detect</code>, see the <a href="docs">API</a>.</p></html>
"""


def page_routes(folder: Path | None) -> list[BaseRoute]:
    """GET / and everything below it that no other route has; last in the list of routes."""
    root = folder or BUILT_PAGE

    async def page(request: Request) -> Response:
        request.state.route = "/"
        path = request.path_params.get("path") or INDEX
        if path == INDEX and not (root / INDEX).is_file():
            return HTMLResponse(_PLACEHOLDER, headers={"Cache-Control": REVALIDATE})
        found = await asyncio.to_thread(lambda: describe(inside(root, path)))
        cache_control = IMMUTABLE if path.startswith(HASHED_FOLDER) else REVALIDATE
        return await respond(request, found, cache_control=cache_control, sent=None)

    return [Route("/", page), Route("/{path:path}", page)]
