"""Photos that are sent as text: base64 (RFC 4648, both alphabets), alone or in a data URI (RFC 2397)."""

import binascii

from detector.errors import InvalidRequestError
from detector.image_headers import sniff_format

_BLANKS = b" \t\r\n"
_LINE_ENDS = b"\r\n"
"""In base64 as MIME has it, which is what Android writes when it is asked for nothing else."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TO_STANDARD_ALPHABET = bytes.maketrans(b"-_", b"+/")
_SPACES_TOO = bytes.maketrans(b"-_ ", b"+/+")
"""So that base64 whose plus signs were lost is recognised, and refused for that."""
_SCHEME = b"data:"
_MAX_URI_HEAD = 256
_SNIFFED_CHARACTERS = 512
"""As base64 of more bytes than any format needs to be known by."""
_ESCAPED = b"+/=:;, \r\n"
"""What base64 and the head of a data URI hold that forms and URIs escape."""


def unwrapped(content: bytes, *, place: str) -> bytes:
    """The photo that `content` is base64 or a data URI of; `content` itself where it is neither.

    Only the first bytes are decoded to find out. Raises InvalidRequestError, in which `place` names what was sent.
    """
    if sniff_format(content) is None and (_is_data_uri(content) or sniff_format(_first_bytes(content))):
        return decoded(content, place=place)
    return content


def decoded(text: bytes, *, place: str) -> bytes:
    """The bytes of base64 or of a data URI. Lines may end anywhere, padding may be missing, `+` and `/` may be `-` and
    `_`. Raises InvalidRequestError, in which `place` names what was sent."""
    text = text.removeprefix(_BYTE_ORDER_MARK).strip(_BLANKS)
    if _is_data_uri(text):
        text = _payload(text, place)
    text = unescaped(text)
    if b"%" in text:
        raise _refusal(place, "it is percent-encoded; send base64, or the photo as it is")
    if b" " in text:
        raise _refusal(place, 'it has spaces, perhaps for "+"; escape that as %2B in a form')
    letters = text.translate(_TO_STANDARD_ALPHABET, _LINE_ENDS)
    if not letters.endswith(b"="):
        letters += b"=" * (-len(letters) % 4)
    try:
        return binascii.a2b_base64(letters, strict_mode=True)
    except binascii.Error as error:
        raise _refusal(place, str(error)) from error


def unescaped(text: bytes) -> bytes:
    """`text` with what base64 and data URIs hold percent-decoded, and nothing else, in bounded memory."""
    if b"%" not in text:
        return text
    for code in _ESCAPED:
        for escape in {b"%%%02X" % code, b"%%%02x" % code}:
            text = text.replace(escape, bytes([code]))
    return text


def _is_data_uri(text: bytes) -> bool:
    return (
        text[:_MAX_URI_HEAD].removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANKS)[: len(_SCHEME)].lower() == _SCHEME
    )


def _payload(uri: bytes, place: str) -> bytes:
    head, comma, _ = uri[:_MAX_URI_HEAD].partition(b",")
    if not comma or not head.rstrip().lower().endswith(b";base64"):
        raise InvalidRequestError(f"{place} is a data URI without base64; send data:image/jpeg;base64,...")
    return uri[len(head) + 1 :]


def _first_bytes(text: bytes) -> bytes:
    """What `text` begins with if it is base64; else nothing."""
    start = text[:_SNIFFED_CHARACTERS].removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANKS)
    letters = start.translate(_SPACES_TOO, _LINE_ENDS)
    try:
        return binascii.a2b_base64(letters[: len(letters) // 4 * 4], strict_mode=True)
    except binascii.Error:
        return b""


def _refusal(place: str, reason: str) -> InvalidRequestError:
    return InvalidRequestError(f"{place} is not base64: {reason}.")
