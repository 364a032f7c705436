"""Photos sent as text: base64 (RFC 4648, both alphabets), alone or in a data URI (RFC 2397)."""

import binascii

from detector.errors import InvalidRequestError
from detector.image_headers import sniff_format

_WHITESPACE = b" \t\r\n"
_LINE_ENDS = b"\r\n"
"""Allowed in MIME base64, which is Android's default."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TO_STANDARD_ALPHABET = bytes.maketrans(b"-_", b"+/")
_TO_STANDARD_WITH_SPACES = bytes.maketrans(b"-_ ", b"+/+")
"""Recognises base64 whose plus signs were decoded to spaces, so that it is rejected for that reason."""
_SCHEME = b"data:"
_MAX_URI_HEAD = 256
_SNIFFED_CHARACTERS = 512
"""More base64 than any format needs to be recognised."""
_ESCAPED = b"+/=:;, \r\n"
"""Characters of base64 and data URIs that forms and URIs percent-encode."""


def decode_if_base64(content: bytes, *, source: str) -> bytes:
    """Decode `content` if it is base64 or a data URI, otherwise return it unchanged.

    Only the first bytes are decoded to find out. Raises InvalidRequestError, whose message calls `content` `source`.
    """
    if sniff_format(content) is None and (_is_data_uri(content) or sniff_format(_first_bytes(content))):
        return decode_base64(content, source=source)
    return content


def decode_base64(text: bytes, *, source: str) -> bytes:
    """Decode base64 or a data URI. Line breaks, missing padding and the URL-safe alphabet are accepted.

    Raises InvalidRequestError, whose message calls `text` `source`.
    """
    text = text.removeprefix(_BYTE_ORDER_MARK).strip(_WHITESPACE)
    if _is_data_uri(text):
        text = _payload(text, source)
    text = percent_decode(text)
    if b"%" in text:
        raise _not_base64(source, "it is percent-encoded; send base64, or the photo as it is")
    if b" " in text:
        raise _not_base64(source, 'it has spaces, perhaps for "+"; escape that as %2B in a form')
    letters = text.translate(_TO_STANDARD_ALPHABET, _LINE_ENDS)
    if not letters.endswith(b"="):
        letters += b"=" * (-len(letters) % 4)
    try:
        return binascii.a2b_base64(letters, strict_mode=True)
    except binascii.Error as error:
        raise _not_base64(source, str(error)) from error


def percent_decode(text: bytes) -> bytes:
    """Percent-decode only the characters of base64 and data URIs, in bounded memory."""
    if b"%" not in text:
        return text
    for code in _ESCAPED:
        for escape in {b"%%%02X" % code, b"%%%02x" % code}:
            text = text.replace(escape, bytes([code]))
    return text


def _is_data_uri(text: bytes) -> bool:
    return (
        text[:_MAX_URI_HEAD].removeprefix(_BYTE_ORDER_MARK).lstrip(_WHITESPACE)[: len(_SCHEME)].lower()
        == _SCHEME
    )


def _payload(uri: bytes, source: str) -> bytes:
    head, comma, _ = uri[:_MAX_URI_HEAD].partition(b",")
    if not comma or not head.rstrip().lower().endswith(b";base64"):
        raise InvalidRequestError(f"{source} is a data URI without base64; send data:image/jpeg;base64,...")
    return uri[len(head) + 1 :]


def _first_bytes(text: bytes) -> bytes:
    """The decoded start of `text`, empty if it is not base64."""
    start = text[:_SNIFFED_CHARACTERS].removeprefix(_BYTE_ORDER_MARK).lstrip(_WHITESPACE)
    letters = start.translate(_TO_STANDARD_WITH_SPACES, _LINE_ENDS)
    try:
        return binascii.a2b_base64(letters[: len(letters) // 4 * 4], strict_mode=True)
    except binascii.Error:
        return b""


def _not_base64(source: str, reason: str) -> InvalidRequestError:
    return InvalidRequestError(f"{source} is not base64: {reason}.")
