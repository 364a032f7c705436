"""Reading a request's body within bounds, and finding the photo in it."""

import asyncio
import binascii
import json

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from detector.errors import (
    BodyTooLargeError,
    InvalidRequestError,
    RequestTimeoutError,
    UnsupportedMediaTypeError,
)
from services.gateway.admission import Upload
from services.gateway.deadline import Deadline
from services.gateway.rest.middleware import header

# What curl says of --data-binary when it is told nothing else.
_RAW_TYPES = {"", "application/octet-stream", "application/x-www-form-urlencoded"}
_PACKED_TYPES = ("multipart/form-data", "application/json")
_MULTIPART_OVERHEAD = 16_384
PHOTO_FIELD = b"image"
_LINE_ENDS = b"\r\n"
"""In base64 as MIME has it, which is what Android writes when it is asked for nothing else."""
_MAX_PARTS = 100
_MAX_JSON_MARKS = 1000
"""Of what makes JSON large in memory: base64 has none of it."""


def check_declared_length(scope: Scope, limit: int) -> None:
    """Refuse by the headers alone. Raises BodyTooLargeError or UnsupportedMediaTypeError."""
    length = header(scope, b"content-length")
    if length is not None and length.isascii() and length.isdigit() and int(length[:20]) > limit:
        raise BodyTooLargeError(f"The body has {length[:20]} bytes; at most {limit} are taken.")
    encoding = header(scope, b"content-encoding")
    if encoding is not None and encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedMediaTypeError("Send the body without Content-Encoding: photos are compressed.")
    _media_type(scope)


async def read_body(receive: Receive, upload: Upload, *, limit: int, deadline: Deadline) -> bytes:
    """The whole body. Raises BodyTooLargeError, OverloadedError, RequestTimeoutError, ClientDisconnect."""
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(deadline.remaining_s):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                chunk: bytes = message.get("body", b"")
                if chunk:
                    size += len(chunk)
                    if size > limit:
                        raise BodyTooLargeError(f"The body has more than the {limit} bytes that are taken.")
                    upload.grow(len(chunk))
                    chunks.append(chunk)
                if not message.get("more_body", False):
                    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
    except TimeoutError:
        raise RequestTimeoutError("The body did not arrive in time.") from None


async def find_photo(scope: Scope, body: bytes) -> bytes:
    """As `photo_in`; a form or JSON is looked through beside the event loop."""
    if _media_type(scope) in _PACKED_TYPES:
        return await asyncio.to_thread(photo_in, scope, body)
    return body


def photo_in(scope: Scope, body: bytes) -> bytes:
    """The photo's bytes, by the request's content type. Raises InvalidRequestError."""
    media_type = _media_type(scope)
    if media_type == "multipart/form-data":
        return _from_multipart(header(scope, b"content-type") or "", body)
    if media_type == "application/json":
        return _from_json(body)
    return body


def _media_type(scope: Scope) -> str:
    media_type = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
    known = media_type in _RAW_TYPES or media_type in _PACKED_TYPES
    if not known and not media_type.startswith("image/"):
        raise UnsupportedMediaTypeError(
            "Send the photo itself (image/*, application/octet-stream), "
            'multipart/form-data with a field "image", or JSON {"image": "<base64>"}.'
        )
    return media_type


def _from_json(body: bytes) -> bytes:
    if sum(body.count(mark) for mark in (b"[", b"{", b",", b'"')) > _MAX_JSON_MARKS:
        raise InvalidRequestError('The JSON must be {"image": "<base64>"} and little else.')
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(f"The body is not JSON: {str(error)[:200]}") from error
    encoded = fields.get("image") if isinstance(fields, dict) else None
    if not isinstance(encoded, str):
        raise InvalidRequestError('The JSON must be {"image": "<base64>"}.')
    if encoded.startswith("data:"):
        encoded = encoded.partition(",")[2]
    try:
        return binascii.a2b_base64(encoded.encode("ascii").translate(None, _LINE_ENDS), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidRequestError(
            f'"image" is not base64 with the letters "+" and "/" and its padding: {str(error)[:200]}'
        ) from error


class _PhotoField:
    """Callbacks of the multipart parser that keep the first field called "image"."""

    def __init__(self) -> None:
        self._header_name = b""
        self._header_value = b""
        self._disposition = b""
        self._inside = False
        self._begun = 0
        self.parts: list[bytes] = []
        self.found = False
        self.ended = False

    def on_part_begin(self) -> None:
        self._begun += 1
        if self._begun > _MAX_PARTS:
            raise InvalidRequestError(f"The multipart body has more than {_MAX_PARTS} parts.")
        self._disposition = b""

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def on_header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header_name = self._header_value = b""

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._inside = not self.found and options.get(b"name") == PHOTO_FIELD
        self.found = self.found or self._inside

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self.parts.append(data[start:end])

    def on_part_end(self) -> None:
        self._inside = False

    def on_end(self) -> None:
        self.ended = True


def _from_multipart(content_type: str, body: bytes) -> bytes:
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= 200:
        raise InvalidRequestError("The multipart body has no boundary in its Content-Type.")
    photo = _PhotoField()
    try:
        parser = MultipartParser(
            boundary,
            callbacks={
                "on_part_begin": photo.on_part_begin,
                "on_header_field": photo.on_header_field,
                "on_header_value": photo.on_header_value,
                "on_header_end": photo.on_header_end,
                "on_headers_finished": photo.on_headers_finished,
                "on_part_data": photo.on_part_data,
                "on_part_end": photo.on_part_end,
                "on_end": photo.on_end,
            },
        )
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise InvalidRequestError(f"The multipart body cannot be read: {str(error)[:200]}") from error
    if not photo.ended:
        raise InvalidRequestError("The multipart body ends before its last boundary.")
    if not photo.found:
        raise InvalidRequestError('The multipart body has no field "image".')
    return b"".join(photo.parts)


def body_limit(scope: Scope, max_image_bytes: int) -> int:
    """Largest body: the photo, and in a form what goes around it."""
    form = (header(scope, b"content-type") or "").lower().startswith("multipart/")
    return max_image_bytes + _MULTIPART_OVERHEAD if form else max_image_bytes
