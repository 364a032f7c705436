"""What the gateway shows to clients that speak TLS, over HTTP and over gRPC alike."""

import ssl
from pathlib import Path
from typing import Any, NoReturn

from detector.errors import InvalidRequestError


class Tls:
    """A certificate chain and its key (PEM files); `load` changes them for connections made from then on."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises InvalidRequestError for files that cannot be read or do not belong together."""
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.set_alpn_protocols(["http/1.1"])
        self.load(certificate, key)

    def load(self, certificate: Path, key: Path) -> None:
        """Show this certificate from now on. Raises InvalidRequestError, and then nothing has changed."""
        chain_pem, key_pem = _read(certificate), _read(key)
        # Tried on a context of its own: a failed load would leave half of the new pair in the one that serves.
        for context in (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), self.context):
            _load(context, certificate, key)
        self._pair = (key_pem, chain_pem)

    def rpc_credentials(self) -> Any:
        """gRPC server credentials that follow `load`."""
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
    def refuse() -> NoReturn:
        raise InvalidRequestError(
            f"The key in {key} is encrypted and a server has nobody to ask: decrypt it (openssl pkey -in {key})."
        )

    try:
        context.load_cert_chain(certificate, key, password=refuse)
    except ssl.SSLError as error:
        reason = (error.reason or "not PEM").replace("_", " ").lower()
        raise InvalidRequestError(
            f"{certificate} and {key} are not a certificate chain and its private key in PEM ({reason})."
        ) from error
