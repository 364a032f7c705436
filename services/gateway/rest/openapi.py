"""GET /openapi.json, generated from the response dataclasses and the limits in the code, and GET /docs."""

import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from detector.detections import MAX_DETECTIONS
from detector.response import SCHEMA_CONFIG, DetectOut

DOCS_PAGE = Path(__file__).with_name("docs.html")
DISTRIBUTION = "pocket-detector"
BASE64 = "Base64 of the photo, alone or in a data URI. Line ends, missing padding and the URL-safe alphabet are taken."

ErrorCode = Literal[
    "invalid_request",
    "unauthenticated",
    "not_found",
    "method_not_allowed",
    "request_timeout",
    "body_too_large",
    "unsupported_media_type",
    "range_not_satisfiable",
    "image_unreadable",
    "image_too_many_pixels",
    "overloaded",
    "model_unavailable",
    "deadline_exceeded",
    "internal",
]
"""The codes of `detector.errors` that a response may carry."""


class _Shape(BaseModel):
    model_config = SCHEMA_CONFIG


class DetectIn(_Shape):
    """A photo as JSON; sending its bytes as they are is a third smaller."""

    image: Annotated[str, Field(description=BASE64)]


class ProblemOut(_Shape):
    """RFC 9457; `code` is stable, `detail` is for people."""

    type: str
    title: str
    status: int
    code: ErrorCode
    detail: str
    request_id: str


class StatusOut(_Shape):
    status: Literal["alive", "ready"]


_DESCRIPTION = (
    "/detect and /v1 refuse a query parameter that they do not know, and name the nearest one that they do. "
    "/livez, /readyz and /metrics ignore query parameters: probes and scrapers add their own."
)
_ERRORS = {
    "400": "The request makes no sense: an unknown query parameter, a value out of its range, an empty body.",
    "401": "An API key is needed.",
    "404": "No such model, version, channel or file.",
    "405": "The method is none of those in Allow.",
    "408": "The body did not arrive in time.",
    "413": "The body is too large.",
    "415": "Not a photo format, or not a content type that is taken.",
    "416": "The range is outside the file.",
    "422": "The photo cannot be read, or has too many pixels.",
    "429": "Too much to do; see Retry-After.",
    "500": "A fault of the gateway.",
    "503": "No version answers now; see Retry-After.",
    "504": "The deadline passed.",
}
_SHAPES: tuple[type, ...] = (DetectIn, DetectOut, ProblemOut, StatusOut)
_BINARY = {"schema": {"type": "string", "format": "binary"}}


def openapi_routes() -> list[BaseRoute]:
    """The description of the API, for programs and for people."""
    return [Route("/openapi.json", _openapi), Route("/docs", _docs)]


def openapi_document(version: str) -> dict[str, Any]:
    """The API as OpenAPI 3.1."""
    _, definitions = TypeAdapter.json_schemas(
        [(shape, "serialization", TypeAdapter(shape)) for shape in _SHAPES],
        ref_template="#/components/schemas/{model}",
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pocket Detector", "version": version, "description": _DESCRIPTION},
        "paths": {
            "/detect": {"post": _detect()},
            "/v1/models/{name}/manifest": {"get": _manifest()},
            "/v1/models/{name}/versions/{version}/files/{path}": {"get": _file()},
            "/livez": {"get": _status("The process is alive.", ready=False)},
            "/readyz": {"get": _status("The stable version answers.", ready=True)},
            "/metrics": {
                "get": _plain("Metrics for Prometheus.", "text/plain", "application/openmetrics-text")
            },
        },
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


def _detect() -> dict[str, Any]:
    base64_text = {"type": "string", "description": BASE64}
    photo_or_text = {"anyOf": [_BINARY["schema"], base64_text]}
    return {
        "operationId": "detect",
        "summary": "What is on a photo, and where.",
        "parameters": [
            _query("channel", {"type": "string", "enum": ["stable", "canary"]}),
            _query("version", {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}),
            _query("min_score", {"type": "number", "minimum": 0, "maximum": 1}),
            _query("max_detections", {"type": "integer", "minimum": 1, "maximum": MAX_DETECTIONS}),
            _header("X-Client-Id", {"type": "string"}),
            _header("X-Request-Id", {"type": "string"}),
            _header("X-Request-Timeout-Ms", {"type": "integer", "minimum": 1, "maximum": 999_999_999}),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "image/*": {"schema": photo_or_text},
                "application/octet-stream": {"schema": photo_or_text},
                "multipart/form-data": {"schema": _form(photo_or_text)},
                "application/x-www-form-urlencoded": {"schema": _form(base64_text)},
                "application/json": {"schema": _reference(DetectIn)},
            },
        },
        "responses": {
            "200": _json("Detections.", DetectOut),
            **_problems("400", "401", "404", "405", "408", "413", "415", "422", "429", "500", "503", "504"),
        },
        "security": [{}, {"bearer": []}, {"header": []}],
    }


def _form(image: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"image": image}, "required": ["image"]}


def _manifest() -> dict[str, Any]:
    return {
        "operationId": "getManifest",
        "summary": "What a version is: its files, numbers and origin.",
        "parameters": [
            _path("name"),
            _query("channel", {"type": "string", "enum": ["stable", "canary"], "default": "stable"}),
            _header("Range", {"type": "string"}),
            _header("If-Range", {"type": "string"}),
            _header("If-None-Match", {"type": "string"}),
        ],
        "responses": {
            "200": {
                "description": "The manifest.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "206": {"description": "A part of it.", "content": {"application/json": _BINARY}},
            "304": {"description": "It is the one you have."},
            **_problems("400", "401", "404", "405", "416", "500"),
        },
        "security": [{}, {"bearer": []}, {"header": []}],
    }


def _file() -> dict[str, Any]:
    return {
        "operationId": "getFile",
        "summary": "A file of a version, whole or in part.",
        "parameters": [
            _path("name"),
            _path("version"),
            _path("path"),
            _header("Range", {"type": "string"}),
            _header("If-Range", {"type": "string"}),
            _header("If-None-Match", {"type": "string"}),
        ],
        "responses": {
            "200": {"description": "The file.", "content": {"*/*": _BINARY}},
            "206": {"description": "A part of it.", "content": {"*/*": _BINARY}},
            "304": {"description": "It is the one you have."},
            **_problems("400", "401", "404", "405", "416", "500"),
        },
        "security": [{}, {"bearer": []}, {"header": []}],
    }


def _status(summary: str, *, ready: bool) -> dict[str, Any]:
    problems = _problems("503") if ready else {}
    return {"summary": summary, "responses": {"200": _json(summary, StatusOut), **problems}}


def _plain(summary: str, *media_types: str) -> dict[str, Any]:
    content = {media_type: {"schema": {"type": "string"}} for media_type in media_types}
    return {"summary": summary, "responses": {"200": {"description": summary, "content": content}}}


def _problems(*statuses: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _reference(ProblemOut)}}
    return {status: {"description": _ERRORS[status], "content": content} for status in statuses}


def _json(description: str, shape: type) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _reference(shape)}}}


def _reference(shape: type) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _header(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "schema": schema}


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


async def _openapi(request: Request) -> Response:
    request.state.route = "/openapi.json"
    return Response(_document(), media_type="application/json")


async def _docs(request: Request) -> Response:
    request.state.route = "/docs"
    return HTMLResponse(DOCS_PAGE.read_text("utf-8"))


@cache
def _document() -> bytes:
    return json.dumps(openapi_document(_project_version())).encode()


def _project_version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:  # a checkout that is not installed
        return "0"
