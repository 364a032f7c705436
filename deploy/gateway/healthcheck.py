"""Exit code 0 while the gateway in this container is alive; readiness is for load balancers to ask."""

import http.client
import os
import ssl
import sys

TIMEOUT_S = 2.0


def main() -> int:
    """Ask /livez on whichever port health is served."""
    port = int(os.environ.get("DETECTOR_ADMIN_PORT") or os.environ.get("DETECTOR_HTTP_PORT") or 8080)
    try:
        connection = _connection(port)
        connection.request("GET", "/livez")
        return 0 if connection.getresponse().status == 200 else 1
    except OSError as error:
        print(f"/livez on port {port}: {error}", file=sys.stderr)
        return 1


def _connection(port: int) -> http.client.HTTPConnection:
    if not os.environ.get("DETECTOR_TLS_CERT"):
        return http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    # The certificate is for the name that clients use, and this is the same container.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=TIMEOUT_S, context=context)


if __name__ == "__main__":
    sys.exit(main())
