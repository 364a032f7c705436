"""JSON shapes beside the response of /detect, from which the OpenAPI document is generated."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from detector.response import SCHEMA_CONFIG

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
