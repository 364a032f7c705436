"""Reads the body of a request within bounds and extracts the photo from it."""

import asyncio
import json
import re
from dataclasses import dataclass

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
from detector.image_headers import sniff_format
from services.gateway.admission import Upload
from services.gateway.deadline import Deadline
from services.gateway.rest.base64_text import decode_base64, decode_if_base64, percent_decode
from services.gateway.rest.parameters import header

_MULTIPART = "multipart/form-data"
_JSON = "application/json"
_URLENCODED = "application/x-www-form-urlencoded"
"""Also the default of curl --data-binary, so the body may be the photo itself."""
_RAW_TYPES = {"", "application/octet-stream"}
_CONTAINER_TYPES = {_MULTIPART, _JSON, _URLENCODED}
_MAX_MULTIPART_OVERHEAD = 16_384
PHOTO_FIELD = b"image"
_FIELD = 'The field "image"'
_FORM_START = re.compile(rb"[A-Za-z0-9_.%\[\]*+-]{1,64}=")
_MAX_PARTS = 100
_MAX_JSON_MARKS = 1000
"""Limit for the characters that make JSON expensive to parse; base64 contains none of them."""


@dataclass(frozen=True, slots=True)
class BodyHead:
    """What the headers say about the body. `limit` is its size limit: that of a photo, plus the overhead of a form."""

    media_type: str
    content_type: str
    limit: int


def body_head(scope: Scope, max_image_bytes: int) -> BodyHead:
    """Check the headers before the body is read.

    Raises BodyTooLargeError, InvalidRequestError or UnsupportedMediaTypeError.
    """
    content_type = header(scope, b"content-type") or ""
    media_type = content_type.partition(";")[0].strip().lower()
    limit = max_image_bytes + _MAX_MULTIPART_OVERHEAD if media_type == _MULTIPART else max_image_bytes
    length = header(scope, b"content-length")
    if length is not None and length.isascii() and length.isdigit() and int(length[:20]) > limit:
        raise BodyTooLargeError(f"The body has {length[:20]} bytes; at most {limit} are taken.")
    encoding = header(scope, b"content-encoding")
    if encoding is not None and encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedMediaTypeError("Send the body without Content-Encoding: photos are compressed.")
    known = media_type.startswith("image/") or media_type in _RAW_TYPES or media_type in _CONTAINER_TYPES
    if not known:
        if length == "0" or (length is None and header(scope, b"transfer-encoding") is None):
            raise _empty_body()
        raise UnsupportedMediaTypeError(
            "Send the photo itself (image/*, application/octet-stream), a form with the photo or its base64 in the "
            'field "image" (multipart/form-data, application/x-www-form-urlencoded), or JSON {"image": "<base64>"}.'
        )
    return BodyHead(media_type, content_type, limit)


async def read_body(receive: Receive, upload: Upload, *, limit: int, deadline: Deadline) -> bytes:
    """The complete body. Raises BodyTooLargeError, OverloadedError, RequestTimeoutError, ClientDisconnect."""
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


async def find_photo(head: BodyHead, body: bytes) -> bytes:
    """Like `photo_in`, which runs in a thread unless the body is obviously a photo."""
    if sniff_format(body) is not None and head.media_type not in (_MULTIPART, _JSON):
        return body
    return await asyncio.to_thread(photo_in, head, body)


def photo_in(head: BodyHead, body: bytes) -> bytes:
    """The photo's bytes, by the request's content type. What may not be a photo is left to whoever decodes it.

    Raises InvalidRequestError, also where there are none.
    """
    if not body:
        raise _empty_body()
    if head.media_type == _JSON:
        photo, source = _from_json(body), '"image"'
    elif head.media_type == _MULTIPART:
        photo, source = decode_if_base64(_from_multipart(head.content_type, body), source=_FIELD), _FIELD
    elif head.media_type == _URLENCODED and _FORM_START.match(body):
        photo, source = decode_if_base64(_from_urlencoded(body), source=_FIELD), _FIELD
    else:
        photo, source = decode_if_base64(body, source="The body"), "The body"
    if not photo:
        raise InvalidRequestError(f"{source} is empty; it must be a photo.")
    return photo


def _empty_body() -> InvalidRequestError:
    return InvalidRequestError("The body is empty; send a photo as the body, in a form or in JSON.")


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
    # Other characters become "?", which base64 does not have.
    return decode_base64(encoded.encode("ascii", "replace"), source='"image"')


def _from_urlencoded(body: bytes) -> bytes:
    """The text of the field. Unlike in other forms, a "+" is not decoded to a space, because base64 has no spaces and
    many programs forget to escape its plus signs; leading ones, with which no photo begins, are dropped."""
    fields = body.split(b"&", _MAX_PARTS)
    if len(fields) > _MAX_PARTS:
        raise InvalidRequestError(f"The form has more than {_MAX_PARTS} fields.")
    for field in fields:
        name, _, value = field.partition(b"=")
        if name == PHOTO_FIELD:
            text = percent_decode(value.lstrip(b"+"))
            if b"%" in text:
                raise InvalidRequestError(
                    f"{_FIELD} is percent-encoded bytes; send its base64, or the photo itself as multipart/form-data."
                )
            return text
    raise InvalidRequestError('The form has no field "image".')


class _PhotoField:
    """Callbacks of the multipart parser that collect the first field called "image"."""

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
