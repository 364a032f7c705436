"""The local certificate authority: made once on this machine, installed once on each phone."""

import datetime as dt
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from detector.errors import InvalidRequestError
from services.gateway.lan import scope
from services.gateway.lan.hosts import Host
from services.gateway.lan.private_files import create_private, read_private

FILE_NAME = "authority.pem"

LIFETIME = dt.timedelta(days=3650)
LEAF_LIFETIME = dt.timedelta(days=390)
"""iOS refuses longer than 825 days from an authority that a person installed, 398 from others; kept below both."""
CLOCK_SKEW = dt.timedelta(days=1)
"""How far a phone's clock may be behind when a certificate is new."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate that phones install, and the key that signs for it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def name(self) -> str:
        """What phones list it as."""
        return str(self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate as phones show it: upper-case pairs with colons."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def der(self) -> bytes:
        """The certificate alone, as phones install it."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate alone, as text."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def signed(self, certificate: x509.Certificate) -> bool:
        """Whether this authority signed `certificate`."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True

    def issue(self, hosts: Iterable[Host], *, now: dt.datetime) -> bytes:
        """A new key and a server certificate for `hosts`, the first its subject, as one PEM; none is kept here."""
        named = tuple(hosts)
        for host in named:
            scope.check_covered(host)
        key = _new_key()
        certificate = (
            _builder(
                _common_name(str(named[0])),
                key,
                now,
                min(now + LEAF_LIFETIME, self.certificate.not_valid_after_utc),
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
    """The authority kept in `folder`, and whether it was made just now because there was none.

    One that is there is never replaced: phones trust it. Raises InvalidRequestError for one that cannot be used.
    """
    path = folder / FILE_NAME
    content = read_private(path)
    made = content is None and create_private(path, _make(now))
    # Two gateways that start at once both read what the first of them put there.
    content = content or read_private(path)
    return _parse(content or b"", path, now), made


def _make(now: dt.datetime) -> bytes:
    key = _new_key()
    # The key's own mark in the name: two authorities of one machine stay apart in a phone's list.
    mark = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest.hex()[:6]
    machine = socket.gethostname().split(".", 1)[0][:30] or "this computer"
    name = _common_name(f"Pocket Detector on {machine} ({mark})")
    # path_length: it signs servers, never further authorities.
    certificate = (
        _builder(name, key, now, now + LIFETIME)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(_constraints(), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _pem(key) + certificate.public_bytes(serialization.Encoding.PEM)


def _parse(content: bytes, path: Path, now: dt.datetime) -> Authority:
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
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _common_name(text: str) -> x509.Name:
    # Longer ones are not allowed by X.520; what counts for a server is its alternative names.
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
    names = [x509.DNSName(domain) for domain in scope.DOMAINS]
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
