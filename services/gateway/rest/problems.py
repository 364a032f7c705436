"""Converts errors to RFC 9457 problem documents."""

import json
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from detector.errors import (
    DetectorError,
    InvalidRequestError,
    MethodNotAllowedError,
    ModelUnavailableError,
    NotFoundError,
    OverloadedError,
    RangeNotSatisfiableError,
    UnauthenticatedError,
)

MEDIA_TYPE = "application/problem+json"
_BY_STATUS = {400: InvalidRequestError, 404: NotFoundError, 405: MethodNotAllowedError}


def problem_response(error: DetectorError, *, request_id: str) -> Response:
    """The problem document of `error`, with its stable `code`."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(error.http_status).phrase,
        "status": error.http_status,
        "code": error.code,
        "detail": error.message,
        "request_id": request_id,
    }
    return Response(
        json.dumps(body),
        status_code=error.http_status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **_headers_of(error)},
    )


def _headers_of(error: DetectorError) -> dict[str, str]:
    if isinstance(error, OverloadedError | ModelUnavailableError):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, UnauthenticatedError):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, MethodNotAllowedError) and error.allow:
        return {"Allow": error.allow}
    if isinstance(error, RangeNotSatisfiableError):
        return {"Content-Range": f"bytes */{error.size_bytes}"}
    return {}


def error_for(exception: HTTPException, request: Request) -> DetectorError:
    """Starlette's own errors (no such route, wrong method) as errors of the tree."""
    kind = _BY_STATUS.get(exception.status_code, InvalidRequestError)
    if kind is NotFoundError:
        return NotFoundError(f"There is nothing at {request.url.path}.")
    if kind is MethodNotAllowedError:
        return MethodNotAllowedError(f"{request.method} is not a method of {request.url.path}.")
    return kind(str(exception.detail))
