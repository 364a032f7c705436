"""The ASGI application: routes, authentication, CORS and error responses."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.gateway import Gateway
from services.gateway.lan.routes import RequireHttps, explanation_routes, lan_routes
from services.gateway.observer import Observer
from services.gateway.rest.detect import DetectEndpoint
from services.gateway.rest.files import FileEndpoints
from services.gateway.rest.health import health_routes
from services.gateway.rest.middleware import Observed
from services.gateway.rest.openapi import openapi_routes
from services.gateway.rest.page import page_routes
from services.gateway.rest.parameters import header
from services.gateway.rest.problems import error_for, problem_response
from services.gateway.security import ApiKeys
from services.gateway.settings import Settings

if TYPE_CHECKING:
    from services.gateway.lan.lan import Lan

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]
EXPOSED_HEADERS = ("X-Request-Id", "Server-Timing", "ETag", "Retry-After", "Content-Range")


def create_app(settings: Settings) -> Starlette:
    """The gateway as an ASGI application that starts and stops with the server that runs it."""
    gateway = Gateway(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await gateway.start()
        yield
        await gateway.stop()

    return rest_app(gateway, lifespan=lifespan)


def rest_app(gateway: Gateway, *, lifespan: Lifespan | None = None, lan: "Lan | None" = None) -> Starlette:
    """The public routes. The caller starts and stops `gateway`, unless `lifespan` does. `lan` adds the set-up of phones
    in the same network."""
    settings = gateway.settings
    public_health = settings.admin_port is None
    routes: list[BaseRoute] = [
        Route(
            "/detect",
            _keyed(DetectEndpoint(gateway.core, settings, gateway.metrics), gateway, route="/detect"),
        ),
        *_stored_routes(gateway),
        *(health_routes(gateway.readiness, gateway.metrics) if public_health else []),
        *openapi_routes(),
        *_lan_routes(lan, open_to_all=not settings.api_keys),
        *page_routes(settings.phone_dir, model=settings.model),
    ]
    return _application(gateway, routes, cors_origins=settings.cors_origins, lifespan=lifespan)


def admin_app(gateway: Gateway) -> Starlette:
    """Health and metrics only, for the admin port."""
    return _application(gateway, [*health_routes(gateway.readiness, gateway.metrics)])


class Named:
    """Sets the route's template for metrics and logs, also for requests that fail authentication."""

    def __init__(self, app: ASGIApp, route: str) -> None:
        self._app = app
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["route"] = self._route
        await self._app(scope, receive, send)


class Keyed:
    """Requires an API key, if any are set."""

    def __init__(self, app: ASGIApp, keys: ApiKeys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._keys.check(authorization=header(scope, b"authorization"), api_key=header(scope, b"x-api-key"))
        await self._app(scope, receive, send)


class CrossOrigin(CORSMiddleware):
    """CORS that grants Private Network Access to allowed origins only.

    Browsers that enforce it ask in preflight requests. Its successor, Local Network Access, asks the user and sends no
    header; Access-Control-Request-Local-Network appeared in an earlier draft only.
    """

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if not self.is_allowed_origin(request_headers["origin"]):
            del response.headers["Access-Control-Allow-Private-Network"]
        return response


def _stored_routes(gateway: Gateway) -> list[BaseRoute]:
    stored = FileEndpoints(gateway.files, gateway.metrics, open_to_all=not gateway.settings.api_keys)
    file = Route("/v1/models/{name}/versions/{version}/files/{path:path}", stored.file)
    manifest = Route("/v1/models/{name}/manifest", stored.manifest)
    for route in (file, manifest):
        route.app = _keyed(route.app, gateway, route=route.path.replace(":path}", "}"))
    return [file, manifest]


def _keyed(app: ASGIApp, gateway: Gateway, *, route: str) -> ASGIApp:
    keyed = Keyed(app, gateway.keys)
    settings = gateway.settings
    return Named(RequireHttps(keyed) if settings.lan and settings.api_keys else keyed, route)


def _lan_routes(lan: "Lan | None", *, open_to_all: bool) -> list[BaseRoute]:
    return explanation_routes() if lan is None else lan_routes(lan, open_to_all=open_to_all)


def _application(
    gateway: Gateway,
    routes: list[BaseRoute],
    *,
    cors_origins: tuple[str, ...] = (),
    lifespan: Lifespan | None = None,
) -> Starlette:
    middleware = [
        Middleware(Observed, observer=Observer(gateway.metrics, protocol="rest"), readiness=gateway.readiness)
    ]
    if cors_origins:
        # Outermost, so that pages of those origins can read error responses too.
        middleware.insert(
            0,
            Middleware(
                CrossOrigin,
                allow_origins=cors_origins,
                allow_methods=["GET", "POST"],
                allow_headers=["*"],
                expose_headers=EXPOSED_HEADERS,
                allow_private_network=True,
            ),
        )
    handlers: Mapping[Any, Any] = {HTTPException: _http_exception}
    return Starlette(routes=routes, middleware=middleware, exception_handlers=handlers, lifespan=lifespan)


async def _http_exception(request: Request, exception: HTTPException) -> Response:
    error = error_for(exception, request)
    request.state.code = error.code
    response = problem_response(error, request_id=request.state.request_id)
    response.headers.update(exception.headers or {})
    return response
