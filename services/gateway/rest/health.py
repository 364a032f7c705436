"""Is the process alive, is it ready, what do its numbers say."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from detector.errors import ModelUnavailableError
from services.gateway.metrics import Metrics
from services.gateway.readiness import Readiness


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
        return Response(generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", scrape)]
