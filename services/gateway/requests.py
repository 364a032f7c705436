"""What requests of every transport have in common."""

import re
import secrets

from detector.errors import DetectorError, InternalError

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")

INTERNAL_MESSAGE = "Something went wrong inside the gateway; its log has more under this request_id."

CLIENT_GONE = "client_gone"
"""The code of a request whose client left before it was answered, in metrics and logs only."""


class AnswerCutShortError(Exception):
    """An answer that had begun cannot be finished. The cause is in the log; the server ends the connection, so that
    the client does not take what it has for the whole."""


def request_id(given: str | None) -> str:
    """The client's id if it can be echoed safely, else a new one."""
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return secrets.token_hex(8)


def public_error(error: Exception) -> DetectorError:
    """What the client is told of an error. Unexpected errors are hidden: their text may contain paths."""
    if isinstance(error, DetectorError) and (isinstance(error, InternalError) or error.http_status != 500):
        return error
    return InternalError(INTERNAL_MESSAGE)
