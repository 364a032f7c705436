"""Authentication by API key, shared by REST and gRPC."""

import hmac
from collections.abc import Sequence

from detector.errors import UnauthenticatedError


class ApiKeys:
    """Requires one of `keys`, as `Authorization: Bearer KEY` or `X-API-Key: KEY`; without keys, everyone has access."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(key.encode() for key in keys)

    def check(self, *, authorization: str | None, api_key: str | None) -> None:
        """Raises UnauthenticatedError. The comparison takes constant time."""
        if not self._keys:
            return
        scheme, _, token = (authorization or "").partition(" ")
        given = api_key if api_key is not None else token.strip() if scheme.lower() == "bearer" else None
        if given is None:
            raise UnauthenticatedError("Send an API key: Authorization: Bearer KEY, or X-API-Key: KEY.")
        offered = given.encode("utf-8", "surrogateescape")
        matches = [hmac.compare_digest(offered, key) for key in self._keys]
        if not any(matches):
            raise UnauthenticatedError("This API key is not known.")
