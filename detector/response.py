"""The response to detecting on a photo, defined once.

REST (`to_json`), the OpenAPI schema (pydantic reads the annotations), gRPC (`to_proto_fields`) and `detector predict`
follow from the dataclasses below. To add a field, add it here and to proto/detector/v1/detector.proto.
"""

import dataclasses
import functools
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, cast, get_type_hints

from pydantic import ConfigDict, Field

from detector.boxes import Box
from detector.detections import Detection

SCHEMA_CONFIG = ConfigDict(extra="forbid")
"""For pydantic: the schemas allow no other fields."""


@dataclass(frozen=True, slots=True)
class Digits:
    """Decimal places of a number in JSON. gRPC, where digits cost nothing, sends it as it is."""

    count: int


Fraction = Annotated[float, Field(ge=0, le=1), Digits(6)]
Pixels = Annotated[float, Field(ge=0), Digits(2)]
Milliseconds = Annotated[float, Field(ge=0), Digits(3)]
Channel = Literal["stable", "canary"]


@dataclass(frozen=True, slots=True)
class ModelOut:
    """The version that answered."""

    __pydantic_config__: ClassVar = SCHEMA_CONFIG
    name: str
    version: Annotated[int, Field(ge=1)]
    channel: Channel


@dataclass(frozen=True, slots=True)
class ImageOut:
    """Pixels of the upright photo as taken."""

    __pydantic_config__: ClassVar = SCHEMA_CONFIG
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class BoxOut:
    """Edges as shares of the upright photo, from its top left corner."""

    __pydantic_config__: ClassVar = SCHEMA_CONFIG
    ymin: Fraction
    xmin: Fraction
    ymax: Fraction
    xmax: Fraction


@dataclass(frozen=True, slots=True)
class BoxPixelsOut:
    """The same edges in pixels of the upright photo."""

    __pydantic_config__: ClassVar = SCHEMA_CONFIG
    ymin: Pixels
    xmin: Pixels
    ymax: Pixels
    xmax: Pixels


@dataclass(frozen=True, slots=True)
class DetectionOut:
    """One object."""

    __pydantic_config__: ClassVar = SCHEMA_CONFIG
    label: str
    class_id: Annotated[int, Field(ge=0)]
    score: Fraction
    box: BoxOut
    box_px: BoxPixelsOut


@dataclass(frozen=True, slots=True)
class TimingOut:
    """Milliseconds of each stage on the server."""

    __pydantic_config__: ClassVar = SCHEMA_CONFIG
    decode: Milliseconds
    queue: Milliseconds
    inference: Milliseconds
    total: Milliseconds


@dataclass(frozen=True, slots=True)
class DetectOut:
    """What /detect answers; detections by falling score."""

    __pydantic_config__: ClassVar = SCHEMA_CONFIG
    model: ModelOut
    image: ImageOut
    detections: list[DetectionOut]
    timing_ms: TimingOut
    request_id: str

    def with_total(self, total_ms: float) -> "DetectOut":
        """The same response with the total time that the transport measured."""
        return dataclasses.replace(self, timing_ms=dataclasses.replace(self.timing_ms, total=total_ms))


def describe_detection(detection: Detection, labels: tuple[str, ...], image: ImageOut) -> DetectionOut:
    """The detection with its label and its box in fractions and in pixels of `image`."""
    box: Box = detection.box
    return DetectionOut(
        label=labels[detection.class_id],
        class_id=detection.class_id,
        score=detection.score,
        box=BoxOut(box.ymin, box.xmin, box.ymax, box.xmax),
        box_px=BoxPixelsOut(*box.to_pixels(width=image.width, height=image.height)),
    )


def to_json(value: object) -> dict[str, Any]:
    """A dataclass of this module as JSON has it: keys in the order of the fields, numbers rounded to their `Digits`."""
    return dict(_converter(cast(Hashable, type(value)), rounded=True)(value))


def to_proto_fields(value: object) -> dict[str, Any]:
    """The keyword arguments of the protobuf message of a dataclass of this module; numbers are not rounded."""
    return dict(_converter(cast(Hashable, type(value)), rounded=False)(value))


@functools.cache
def _converter(kind: Any, *, rounded: bool) -> Callable[[Any], dict[str, Any]]:
    """Cached by class: every response is converted, and reading annotations is slow."""
    hints = get_type_hints(kind, include_extras=True)
    names = [field.name for field in dataclasses.fields(kind)]
    digits = {name: count for name in names if rounded and (count := _digits(hints[name])) is not None}
    nested = {name: each for name in names if (each := _nested(hints[name], rounded=rounded)) is not None}
    if len(digits) == len(names) and len(set(digits.values())) == 1:
        return functools.partial(_round_all, names=names, digits=digits[names[0]])

    def convert(value: Any) -> dict[str, Any]:
        fields = {name: getattr(value, name) for name in names}
        for name, count in digits.items():
            fields[name] = round(fields[name], count)
        for name, each in nested.items():
            fields[name] = each(fields[name])
        return fields

    return convert


def _round_all(value: Any, *, names: list[str], digits: int) -> dict[str, Any]:
    """The fast path of boxes, which have most of the numbers."""
    return {name: round(getattr(value, name), digits) for name in names}


def _digits(hint: Any) -> int | None:
    found = [mark.count for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Digits)]
    return found[0] if found else None


def _nested(hint: Any, *, rounded: bool) -> Callable[[Any], Any] | None:
    """How a field that is a dataclass, or a list of them, is converted."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _converter(hint, rounded=rounded)
    if getattr(hint, "__origin__", None) is list:
        each = _converter(hint.__args__[0], rounded=rounded)
        return lambda values: [each(value) for value in values]
    return None
