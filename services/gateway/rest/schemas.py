"""The shapes of JSON answers, from which the OpenAPI document is generated."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.rest.error_codes import ErrorCode

Share = Annotated[float, Field(ge=0, le=1)]
Milliseconds = Annotated[float, Field(ge=0)]


BASE64 = "Base64 of the photo, alone or in a data URI. Line ends, missing padding and the URL-safe alphabet are taken."


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ModelOut(_Shape):
    """The version that answered."""

    name: str
    version: Annotated[int, Field(ge=1)]
    channel: Literal["stable", "canary"]


class ImageOut(_Shape):
    """Pixels of the upright photo as taken."""

    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]


class BoxOut(_Shape):
    """Edges as shares of the upright photo, from its top left corner."""

    ymin: Share
    xmin: Share
    ymax: Share
    xmax: Share


class BoxPixelsOut(_Shape):
    """The same edges in pixels of the upright photo."""

    ymin: Annotated[float, Field(ge=0)]
    xmin: Annotated[float, Field(ge=0)]
    ymax: Annotated[float, Field(ge=0)]
    xmax: Annotated[float, Field(ge=0)]


class DetectionOut(_Shape):
    """One object."""

    label: str
    class_id: Annotated[int, Field(ge=0)]
    score: Share
    box: BoxOut
    box_px: BoxPixelsOut


class TimingOut(_Shape):
    """Milliseconds of each stage on the server."""

    decode: Milliseconds
    queue: Milliseconds
    inference: Milliseconds
    total: Milliseconds


class DetectOut(_Shape):
    """What /detect answers; detections by falling score."""

    model: ModelOut
    image: ImageOut
    detections: list[DetectionOut]
    timing_ms: TimingOut
    request_id: str


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
