"""What requests of every transport have in common."""

import re
import secrets

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")

CLIENT_GONE = "client_gone"
"""The code of a request whose client left before it was answered, in metrics and logs only."""


def request_id(given: str | None) -> str:
    """The client's id if it can be echoed safely, else a new one."""
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return secrets.token_hex(8)
