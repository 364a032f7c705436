"""The codes that answers may carry (DESIGN section 7)."""

from typing import Literal

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
