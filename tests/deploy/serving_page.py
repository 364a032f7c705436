"""The metrics page of TensorFlow Serving, which no registry of packages carries: in the format of its exporter."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH = "/monitoring/prometheus/metrics"
BOUNDS_US = tuple(10 * 1.8**step for step in range(33))


def page(requests: int) -> str:
    """After so many requests of 20 ms each."""
    labels = 'model_name="detector",API="Predict",entrypoint="GRPC"'
    buckets = [(f"{bound:g}", requests if bound >= 20_000 else 0) for bound in BOUNDS_US] + [
        ("+Inf", requests)
    ]
    lines = [
        "# TYPE :tensorflow:serving:request_count counter",
        f':tensorflow:serving:request_count{{model_name="detector",status="OK"}} {requests}',
        "# TYPE :tensorflow:serving:request_latency histogram",
        *(
            f':tensorflow:serving:request_latency_bucket{{{labels},le="{bound}"}} {count}'
            for bound, count in buckets
        ),
        f":tensorflow:serving:request_latency_sum{{{labels}}} {requests * 20_000}",
        f":tensorflow:serving:request_latency_count{{{labels}}} {requests}",
    ]
    return "\n".join(lines) + "\n"


class _Handler(BaseHTTPRequestHandler):
    scrapes = 0

    def do_GET(self) -> None:
        """Called by the server by this name."""
        _Handler.scrapes += 1
        body = page(_Handler.scrapes).encode()
        self.send_response(200 if self.path == PATH else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Nothing on the terminal."""


@contextmanager
def serving_page() -> Iterator[str]:
    """Serve it; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
