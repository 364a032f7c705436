"""Parses query parameters and request headers."""

import difflib
import math
import re
from urllib.parse import parse_qsl

from starlette.types import Scope

from detector.detections import MAX_DETECTIONS
from detector.errors import InvalidRequestError
from services.gateway.core import DetectOptions
from services.gateway.deadline import Deadline
from services.gateway.settings import Settings

DETECT_PARAMETERS = ("channel", "version", "min_score", "max_detections")
_MAX_PARAMETERS = 100
_SHOWN_CHARACTERS = 40
_WEIGHT = re.compile(r"q=([01](?:\.[0-9]{0,3})?)")


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this lower-case name, stripped of surrounding whitespace (RFC 9110, section 5.5), some of
    which the parser leaves."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1").strip(" \t"))
    return None


def accept_weights(value: str) -> dict[str, float]:
    """Parse an Accept or Accept-Encoding header such as `gzip;q=0.5, *` (RFC 9110, section 12.5).

    Returns the weight of each coding or media type in lower case. Other parameters are ignored; of several entries for
    one type the highest weight counts.
    """
    offers: dict[str, float] = {}
    for offer in value.lower().split(","):
        name, *parameters = ("".join(part.split()) for part in offer.split(";"))
        given = [float(found[1]) for each in parameters if (found := _WEIGHT.fullmatch(each))]
        offers[name] = max(offers.get(name, 0.0), given[0] if given else 1.0)
    return offers


def read_query(scope: Scope, known: tuple[str, ...]) -> dict[str, str]:
    """The query's parameters by name. Raises InvalidRequestError for one that is not `known` or is given twice."""
    query: bytes = scope["query_string"]
    if not query:
        return {}
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except (UnicodeDecodeError, ValueError) as error:
        raise InvalidRequestError("The query cannot be read.") from error
    given: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise InvalidRequestError(_unknown(name, known))
        if name in given:
            raise InvalidRequestError(f"{name} is given twice.")
        given[name] = value
    return given


def _unknown(name: str, known: tuple[str, ...]) -> str:
    told = f"Unknown query parameter {name[:_SHOWN_CHARACTERS]!r}"
    if not known:
        return f"{told}: this route takes none."
    spelt_alike = name[:_SHOWN_CHARACTERS].lower().replace("-", "_")
    nearest = difflib.get_close_matches(spelt_alike, known, n=1)
    return (
        f"{told}: did you mean {nearest[0]}?" if nearest else f"{told}: this route takes {', '.join(known)}."
    )


def detect_options(scope: Scope) -> DetectOptions:
    """Raises InvalidRequestError, which names the parameter."""
    given = read_query(scope, DETECT_PARAMETERS)
    return DetectOptions(
        channel=given.get("channel"),
        version=_integer(given, "version", minimum=1, maximum=2**31 - 1),
        min_score=_fraction(given, "min_score"),
        max_detections=_integer(given, "max_detections", minimum=1, maximum=MAX_DETECTIONS) or MAX_DETECTIONS,
        client_id=header(scope, b"x-client-id"),
        request_id=scope["state"]["request_id"],
    )


def request_deadline(scope: Scope, settings: Settings) -> Deadline:
    """From X-Request-Timeout-Ms, else the default. Raises InvalidRequestError."""
    given = header(scope, b"x-request-timeout-ms")
    if given is None:
        return Deadline.after(settings.default_timeout_ms / 1e3)
    if not (given.isascii() and given.isdigit() and 0 < len(given) < 10 and int(given) > 0):
        raise InvalidRequestError(
            "X-Request-Timeout-Ms must be a whole number of milliseconds from 1 to 999999999."
        )
    return Deadline.after(min(int(given), settings.max_timeout_ms) / 1e3)


def _integer(given: dict[str, str], name: str, *, minimum: int, maximum: int) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 10 and minimum <= int(text) <= maximum:
        return int(text)
    raise InvalidRequestError(f"{name} must be a whole number from {minimum} to {maximum}.")


def _fraction(given: dict[str, str], name: str) -> float | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        # Python's float() also accepts 0_1 and digits of other scripts.
        value = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if 0.0 <= value <= 1.0:
        return value
    raise InvalidRequestError(f"{name} must be a number from 0 to 1.")
