from starlette.applications import Starlette

from services.gateway.http_server import http_server
from services.gateway.settings import Settings


def test_requests_in_work_have_at_least_the_time_that_is_set() -> None:
    """Uvicorn takes whole seconds: half a second must not become none."""
    server = http_server(Settings(shutdown_seconds=0.5), Starlette(), tls=None)
    assert server.config.timeout_graceful_shutdown == 1
