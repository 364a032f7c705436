"""The phone page: static files, revalidated so that a new build is visible at once.

Its Content-Security-Policy forbids loading anything from elsewhere and framing.
"""

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from detector.errors import NotFoundError
from services.gateway.rest.files import IMMUTABLE, REVALIDATE, describe, respond
from services.gateway.stored_files import resolve_inside

BUILT_PAGE = Path(__file__).parents[2] / "phone" / "dist"
INDEX = "index.html"
HASHED_FOLDER = "assets/"
"""The build puts files with a content hash in their names here."""

PAGE_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            # tfjs uses WebAssembly.
            "script-src 'self' 'wasm-unsafe-eval'",
            "worker-src 'self'",
            "style-src 'self'",
            # Photos that the user has chosen or taken.
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
}
"""On every file: the policy of a worker or service worker is that of its own file."""

_PLACEHOLDER = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Pocket Detector</title>
<h1>Pocket Detector</h1><p>The phone page is not built here. The gateway itself answers:
<code>curl --data-binary @photo.jpg /detect</code>, see the <a href="docs">API</a>.</p></html>
"""


def page_routes(folder: Path | None, *, model: str) -> list[BaseRoute]:
    """GET / and all paths without another route; must be the last routes.

    `page.json` tells the page the name of the model to load.
    """
    root = folder or BUILT_PAGE

    async def page(request: Request) -> Response:
        request.state.route = "/"
        path = request.path_params.get("path") or INDEX
        if path == INDEX and not (root / INDEX).is_file():
            return HTMLResponse(_PLACEHOLDER, headers={"Cache-Control": REVALIDATE} | PAGE_HEADERS)
        found = await asyncio.to_thread(lambda: describe(resolve_inside(root, path)))
        cache_control = IMMUTABLE if path.startswith(HASHED_FOLDER) else REVALIDATE
        response = await respond(request, found, cache_control=cache_control, download=None)
        response.headers.update(PAGE_HEADERS)
        return response

    async def settings(request: Request) -> Response:
        request.state.route = "/page.json"
        return JSONResponse({"model": model}, headers={"Cache-Control": REVALIDATE})

    return [Route("/page.json", settings), Route("/", page), _FileRoute("/{path:path}", page)]


class _FileRoute(Route):
    """Matches every path, so it answers 404 rather than 405 to other methods."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in (self.methods or ()):
            raise NotFoundError(
                f"There is nothing at {scope['path']} for {scope['method']}; photos go to POST /detect, "
                "and /openapi.json has all there is."
            )
        await super().handle(scope, receive, send)
