"""API keys and the TLS certificate, both shared by HTTP and gRPC."""

import hmac
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from detector.errors import InvalidRequestError, UnauthenticatedError


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


class Tls:
    """A certificate chain and its private key (PEM), which `load` replaces while the gateway runs."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises InvalidRequestError for unreadable files or a key that does not match."""
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.set_alpn_protocols(["http/1.1"])
        self.load(certificate, key)

    def load(self, certificate: Path, key: Path) -> None:
        """Use this certificate for new connections. If it raises InvalidRequestError, the old one stays in use."""
        chain_pem, key_pem = _read(certificate), _read(key)
        # Tried on a separate context first: a failed load would leave half of the new pair in the one in use.
        for context in (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), self.context):
            _load(context, certificate, key)
        self._pair = (key_pem, chain_pem)

    def rpc_credentials(self) -> Any:
        """gRPC server credentials that use the latest certificate."""
        import grpc

        def current() -> Any:
            return grpc.ssl_server_certificate_configuration((self._pair,))

        return grpc.dynamic_ssl_server_credentials(current(), current)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequestError(
            f"Cannot read {path} for TLS ({error.strerror}): set DETECTOR_TLS_CERT and DETECTOR_TLS_KEY to PEM files "
            "that this user may read."
        ) from error


def _load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    def reject_encrypted() -> NoReturn:
        raise InvalidRequestError(
            f"The key in {key} is encrypted and a server has nobody to ask: decrypt it (openssl pkey -in {key})."
        )

    try:
        context.load_cert_chain(certificate, key, password=reject_encrypted)
    except ssl.SSLError as error:
        reason = (error.reason or "not PEM").replace("_", " ").lower()
        raise InvalidRequestError(
            f"{certificate} and {key} are not a certificate chain and its private key in PEM ({reason})."
        ) from error
