"""The certificates of a gateway that serves phones: the local authority, what it signs, and an operator's own.

The authority is created once on this machine and installed once on each phone. The server certificate is reused while
it is valid for this machine's addresses, and reissued when they change or it is about to expire.
"""

import datetime as dt
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from detector.errors import InvalidRequestError
from services.gateway.lan.hosts import PRIVATE_DOMAINS, Host, check_private
from services.gateway.lan.private_files import create_private, read_private, replace_private

AUTHORITY_FILE = "authority.pem"
SERVER_FILE = "server.pem"

AUTHORITY_LIFETIME = dt.timedelta(days=3650)
SERVER_LIFETIME = dt.timedelta(days=390)
"""iOS rejects more than 825 days from a user-installed authority and more than 398 from others; this is below both."""
RENEWAL_MARGIN = dt.timedelta(days=30)
MAX_CLOCK_SKEW = dt.timedelta(days=1)
"""How far behind a phone's clock may be when it first sees a certificate."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A root certificate that phones install, and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def name(self) -> str:
        """The name under which phones list it."""
        return str(self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate in the notation of phones: upper-case hex pairs separated by colons."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def der(self) -> bytes:
        """The certificate in DER, which phones install."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate in PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def signed(self, certificate: x509.Certificate) -> bool:
        """Whether this authority signed `certificate`."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True

    def issue(self, hosts: Iterable[Host], *, now: dt.datetime) -> bytes:
        """A new private key and server certificate for `hosts` as one PEM; the first host is the subject.

        Raises InvalidRequestError for a public host.
        """
        named = tuple(hosts)
        for host in named:
            check_private(host)
        key = _new_key()
        certificate = (
            _builder(
                _common_name(str(named[0])),
                key,
                now,
                min(now + SERVER_LIFETIME, self.certificate.not_valid_after_utc),
            )
            .issuer_name(self.certificate.subject)
            .add_extension(
                x509.SubjectAlternativeName([_general_name(host) for host in named]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_key_id(self.key), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return _pem(key) + certificate.public_bytes(serialization.Encoding.PEM)


def open_authority(folder: Path, *, now: dt.datetime) -> tuple[Authority, bool]:
    """The authority stored in `folder`, and whether this call created it because there was none.

    An existing authority is never replaced, because phones trust it. Raises InvalidRequestError if it is unusable.
    """
    path = folder / AUTHORITY_FILE
    content = read_private(path)
    created = content is None and create_private(path, _new_authority(now))
    # Of two gateways that start at the same time, both use the file of the first.
    content = content or read_private(path)
    return _parse_authority(content or b"", path, now), created


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """A file with private key and certificate for `hosts`, to be replaced from `renew_at` on."""

    path: Path
    hosts: frozenset[Host]
    renew_at: dt.datetime

    def fits(self, hosts: Sequence[Host], *, now: dt.datetime) -> bool:
        """Whether it is valid for exactly these hosts and not yet due for renewal."""
        return now < self.renew_at and self.hosts == frozenset(hosts)


def server_certificate(
    folder: Path, authority: Authority, hosts: Sequence[Host], *, now: dt.datetime
) -> ServerCertificate:
    """The certificate stored in `folder` if it still fits, otherwise a new one that replaces it.

    Raises InvalidRequestError.
    """
    path = folder / SERVER_FILE
    content = read_private(path)
    certificate = None if content is None else _usable(content, authority, now)
    if certificate is not None:
        stored = ServerCertificate(path, names_of(certificate), _renewal(certificate))
        if stored.fits(hosts, now=now):
            return stored
    issued = authority.issue(hosts, now=now)
    replace_private(path, issued)
    return ServerCertificate(path, frozenset(hosts), _renewal(x509.load_pem_x509_certificate(issued)))


def hosts_of_own_certificate(path: Path, given: Sequence[Host]) -> tuple[Host, ...]:
    """Under which hosts phones may open a gateway with the operator's certificate (DETECTOR_TLS_CERT) in `path`.

    These are `given` if the certificate is valid for all of them; without any, its alternative names, DNS names first.
    Raises InvalidRequestError if it cannot be read, is for other hosts, or has only wildcards.
    """
    names = names_of(_read_certificate(path))
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


def names_of(certificate: x509.Certificate) -> frozenset[Host]:
    """The subject alternative names of a certificate; wildcards such as `*.example.org` are kept as they are."""
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


def _new_authority(now: dt.datetime) -> bytes:
    key = _new_key()
    # The name contains a digest of the key, so that a phone's list tells two authorities of one machine apart.
    digest = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest.hex()[:6]
    machine = socket.gethostname().split(".", 1)[0][:30] or "this computer"
    name = _common_name(f"Pocket Detector on {machine} ({digest})")
    # path_length 0: it may sign server certificates, but no further authorities.
    certificate = (
        _builder(name, key, now, now + AUTHORITY_LIFETIME)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(_constraints(), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _pem(key) + certificate.public_bytes(serialization.Encoding.PEM)


def _parse_authority(content: bytes, path: Path, now: dt.datetime) -> Authority:
    advice = f"delete {path} to have a new one made, and install that on your phones."
    try:
        key = serialization.load_pem_private_key(content, password=None)
        certificate = x509.load_pem_x509_certificate(content)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidRequestError(f"{path} is damaged: {advice}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise InvalidRequestError(
            f"{path} holds a key and a certificate that do not belong together: {advice}"
        )
    if now < certificate.not_valid_before_utc:
        raise InvalidRequestError(
            f"The authority in {path} is of {certificate.not_valid_before_utc:%Y-%m-%d}, which is still to come: set "
            f"this computer's clock, or {advice}"
        )
    if certificate.not_valid_after_utc <= now:
        raise InvalidRequestError(f"The authority in {path} has expired: {advice}")
    return Authority(certificate, key)


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, now: dt.datetime, until: dt.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - MAX_CLOCK_SKEW)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _common_name(text: str) -> x509.Name:
    # X.520 limits common names to 64 characters; clients check the alternative names only.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Pocket Detector"),
            x509.NameAttribute(NameOID.COMMON_NAME, text[:64]),
        ]
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _key_id(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _constraints() -> x509.NameConstraints:
    # Domains only, not networks: BoringSSL, and with it every gRPC client built on it, rejects a whole chain that
    # constrains addresses ("unsupported name constraint type").
    names = [x509.DNSName(domain) for domain in PRIVATE_DOMAINS]
    return x509.NameConstraints(permitted_subtrees=names, excluded_subtrees=None)


def _general_name(host: Host) -> x509.GeneralName:
    return x509.DNSName(host) if isinstance(host, str) else x509.IPAddress(host)


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _usable(content: bytes, authority: Authority, now: dt.datetime) -> x509.Certificate | None:
    try:
        certificate = x509.load_pem_x509_certificate(content)
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None  # A damaged file is simply replaced.
    valid = key.public_key() == certificate.public_key() and authority.signed(certificate)
    return certificate if valid and certificate.not_valid_before_utc <= now else None


def _renewal(certificate: x509.Certificate) -> dt.datetime:
    return certificate.not_valid_after_utc - RENEWAL_MARGIN


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise InvalidRequestError(f"DETECTOR_TLS_CERT: cannot read {path} ({error.strerror}).") from error
    except ValueError as error:
        raise InvalidRequestError(f"DETECTOR_TLS_CERT: {path} is not a certificate in PEM.") from error


def _matches(host: Host, name: Host) -> bool:
    """A wildcard stands for exactly one label on the left (RFC 6125, section 6.4.3)."""
    if isinstance(host, str) and isinstance(name, str) and name.startswith("*."):
        return host.partition(".")[2] == name.removeprefix("*.")
    return host == name
