"""The certificate that this gateway shows: kept while it fits, issued anew when addresses change or it grows old."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from services.gateway.lan.authority import Authority
from services.gateway.lan.hosts import Host
from services.gateway.lan.private_files import read_private, replace_private

FILE_NAME = "server.pem"

RENEWED_BEFORE_END = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """`path` holds key and certificate for `hosts`; from `renew_at` on, another is due."""

    path: Path
    hosts: frozenset[Host]
    renew_at: dt.datetime

    def fits(self, hosts: Sequence[Host], *, now: dt.datetime) -> bool:
        """Whether it is for exactly these hosts and not yet due."""
        return now < self.renew_at and self.hosts == frozenset(hosts)


def server_certificate(
    folder: Path, authority: Authority, hosts: Sequence[Host], *, now: dt.datetime
) -> ServerCertificate:
    """The one in `folder` if it fits, else a new one in its place. Raises InvalidRequestError."""
    path = folder / FILE_NAME
    content = read_private(path)
    certificate = None if content is None else _usable(content, authority, now)
    if certificate is not None:
        kept = ServerCertificate(path, names_of(certificate), _renewal(certificate))
        if kept.fits(hosts, now=now):
            return kept
    issued = authority.issue(hosts, now=now)
    replace_private(path, issued)
    return ServerCertificate(path, frozenset(hosts), _renewal(x509.load_pem_x509_certificate(issued)))


def _usable(content: bytes, authority: Authority, now: dt.datetime) -> x509.Certificate | None:
    try:
        certificate = x509.load_pem_x509_certificate(content)
        key = serialization.load_pem_private_key(content, password=None)
    except (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
    ):  # damaged: it holds nothing that cannot be made again
        return None
    whole = key.public_key() == certificate.public_key() and authority.signed(certificate)
    return certificate if whole and certificate.not_valid_before_utc <= now else None


def _renewal(certificate: x509.Certificate) -> dt.datetime:
    return certificate.not_valid_after_utc - RENEWED_BEFORE_END


def names_of(certificate: x509.Certificate) -> frozenset[Host]:
    """The addresses and names that a certificate is for; `*.example.org` as it stands."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    addresses: list[Host] = [
        address
        for address in names.get_values_for_type(x509.IPAddress)
        if isinstance(address, IPv4Address | IPv6Address)
    ]
    return frozenset([*(name.lower() for name in names.get_values_for_type(x509.DNSName)), *addresses])
