"""Pages of other origins that may call the gateway."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response


class CrossOrigin(CORSMiddleware):
    """Starlette's, which grants access from a public network to a private one to allowed origins alone.

    Browsers that enforce Private Network Access ask for it in preflights. Its successor, Local Network Access, asks the
    person and sends no header; Access-Control-Request-Local-Network was a name of an earlier draft only.
    """

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if not self.is_allowed_origin(request_headers["origin"]):
            del response.headers["Access-Control-Allow-Private-Network"]
        return response
