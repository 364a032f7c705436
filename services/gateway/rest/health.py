"""Liveness, readiness and metrics endpoints."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from detector.errors import ModelUnavailableError
from services.gateway.metrics import Metrics
from services.gateway.rest.parameters import accept_weights
from services.gateway.versions import Readiness

_OPENMETRICS = "application/openmetrics-text"
_PLAIN = "text/plain"


def wants_openmetrics(accept: str) -> bool:
    """Whether an Accept header names OpenMetrics and does not prefer plain text."""
    offers = accept_weights(accept)
    wanted = offers.get(_OPENMETRICS, 0.0)
    return wanted > 0.0 and wanted >= offers.get(_PLAIN, 0.0)


def health_routes(readiness: Readiness, metrics: Metrics) -> list[Route]:
    """/livez, /readyz and /metrics."""

    async def livez(request: Request) -> Response:
        request.state.route = "/livez"
        return JSONResponse({"status": "alive"})

    async def readyz(request: Request) -> Response:
        request.state.route = "/readyz"
        if readiness.draining:
            raise ModelUnavailableError("The gateway is going down.")
        if not readiness.ready:
            raise ModelUnavailableError("The stable version has not answered yet.")
        return JSONResponse({"status": "ready"})

    async def scrape(request: Request) -> Response:
        request.state.route = "/metrics"
        if wants_openmetrics(",".join(request.headers.getlist("accept"))):
            content, media_type = (
                openmetrics.generate_latest(metrics.registry),
                openmetrics.CONTENT_TYPE_LATEST,
            )
        else:
            content, media_type = generate_latest(metrics.registry), CONTENT_TYPE_LATEST
        return Response(content, headers={"Content-Type": media_type, "Vary": "Accept"})

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", scrape)]
