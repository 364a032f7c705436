"""A certificate of one's own (DETECTOR_TLS_CERT): it says itself under which names phones may come."""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from detector.errors import InvalidRequestError
from services.gateway.lan.hosts import Host
from services.gateway.lan.server_certificate import names_of


def hosts_of_own_certificate(path: Path, given: Sequence[Host]) -> tuple[Host, ...]:
    """`given` if the certificate in `path` is for all of them; without any, what it names, names first.

    Raises InvalidRequestError if it cannot be read, is for others, or names nothing that can be opened.
    """
    names = names_of(_read(path))
    described = ", ".join(sorted(map(str, names))) or "nothing (it has no subject alternative names)"
    for host in given:
        if not any(_matches(host, name) for name in names):
            raise InvalidRequestError(
                f"The certificate in {path} is for {described}, not for {host}: set DETECTOR_LAN_ADDRESS to what it is "
                "for, or use another certificate."
            )
    openable = [name for name in names if not (isinstance(name, str) and name.startswith("*."))]
    openable.sort(key=lambda name: (not isinstance(name, str), str(name)))
    hosts = tuple(given) or tuple(openable)
    if not hosts:
        raise InvalidRequestError(
            f"The certificate in {path} is for {described}: set DETECTOR_LAN_ADDRESS to the name that phones open."
        )
    return hosts


def _read(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise InvalidRequestError(f"DETECTOR_TLS_CERT: cannot read {path} ({error.strerror}).") from error
    except ValueError as error:
        raise InvalidRequestError(f"DETECTOR_TLS_CERT: {path} is not a certificate in PEM.") from error


def _matches(host: Host, name: Host) -> bool:
    """RFC 6125, section 6.4.3: a star stands for one whole label on the left."""
    if isinstance(host, str) and isinstance(name, str) and name.startswith("*."):
        return host.partition(".")[2] == name.removeprefix("*.")
    return host == name
