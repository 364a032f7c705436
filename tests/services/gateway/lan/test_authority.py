"""The authority: made once, limited in what it vouches for, and its certificates hold before OpenSSL."""

import datetime as dt
import subprocess
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv6Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from detector.errors import InvalidRequestError
from services.gateway.lan.authority import FILE_NAME, Authority, open_authority
from services.gateway.lan.hosts import Host
from services.gateway.lan.server_certificate import names_of
from tests.services.gateway.lan.examples import HOME, NOW

NAMES = x509.SubjectAlternativeName.oid
PEM = serialization.Encoding.PEM
HOSTS: tuple[Host, ...] = (HOME, "studio.local", "localhost", IPv6Address("::1"))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return open_authority(tmp_path, now=NOW)[0]


def openssl_verify(
    folder: Path, authority: Authority, leaf: bytes, *more: str
) -> subprocess.CompletedProcess[str]:
    (folder / "ca.pem").write_bytes(authority.pem)
    (folder / "leaf.pem").write_bytes(leaf)
    command = [
        "openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-attime", str(int(NOW.timestamp())),
        "-CAfile", str(folder / "ca.pem"), *more, str(folder / "leaf.pem"),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_is_made_once_and_then_kept(tmp_path: Path) -> None:
    first, made = open_authority(tmp_path, now=NOW)
    assert made
    content = (tmp_path / FILE_NAME).read_bytes()
    again, made = open_authority(tmp_path, now=NOW + dt.timedelta(days=3000))
    assert not made
    assert again.fingerprint == first.fingerprint
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_gateways_that_start_at_once_agree_on_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: open_authority(tmp_path, now=NOW), range(8)))
    assert len({authority.fingerprint for authority, _ in opened}) == 1
    assert sum(made for _, made in opened) == 1


def test_two_authorities_have_two_names(tmp_path: Path) -> None:
    one, other = (open_authority(tmp_path / name, now=NOW)[0] for name in ("one", "other"))
    assert one.name != other.name
    assert one.name.startswith("Pocket Detector on ")


def test_its_key_is_not_in_what_phones_get(authority: Authority) -> None:
    assert b"PRIVATE" not in authority.pem
    assert x509.load_der_x509_certificate(authority.der) == authority.certificate


def test_openssl_accepts_what_it_signs_under_every_host(tmp_path: Path, authority: Authority) -> None:
    leaf = authority.issue(HOSTS, now=NOW)
    for option, host in (
        ("-verify_ip", "192.168.1.5"),
        ("-verify_ip", "::1"),
        ("-verify_hostname", "studio.local"),
        ("-verify_hostname", "localhost"),
    ):
        result = openssl_verify(tmp_path, authority, leaf, option, host)
        assert result.returncode == 0, result.stderr
    assert openssl_verify(tmp_path, authority, leaf, "-verify_ip", "192.168.1.6").returncode != 0


def test_a_certificate_has_what_phones_ask_for(authority: Authority) -> None:
    certificate = x509.load_pem_x509_certificate(authority.issue(HOSTS, now=NOW))
    assert names_of(certificate) == set(HOSTS)
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert lifetime <= dt.timedelta(days=398)
    assert certificate.not_valid_before_utc < NOW - dt.timedelta(hours=1)
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


@pytest.mark.parametrize("name", ["bank.example.org", "example.com", "notlocal", "local.example.org"])
def test_a_stolen_key_is_of_no_use_for_a_site_on_the_internet(
    tmp_path: Path, authority: Authority, name: str
) -> None:
    honest = x509.load_pem_x509_certificate(authority.issue([HOME], now=NOW))
    forged = (
        x509.CertificateBuilder(extensions=[each for each in honest.extensions if each.oid != NAMES])
        .subject_name(honest.subject)
        .issuer_name(honest.issuer)
        .public_key(honest.public_key())
        .serial_number(1)
        .not_valid_before(honest.not_valid_before_utc)
        .not_valid_after(honest.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    result = openssl_verify(tmp_path, authority, forged.public_bytes(PEM))
    assert "permitted subtree violation" in result.stderr


def test_it_does_not_sign_for_what_phones_would_refuse(authority: Authority) -> None:
    with pytest.raises(InvalidRequestError, match="public"):
        authority.issue(["bank.example.org"], now=NOW)


def test_a_certificate_does_not_outlive_its_authority(authority: Authority) -> None:
    late = authority.certificate.not_valid_after_utc - dt.timedelta(days=40)
    certificate = x509.load_pem_x509_certificate(authority.issue([HOME], now=late))
    assert certificate.not_valid_after_utc == authority.certificate.not_valid_after_utc


@pytest.mark.parametrize(
    "damage", [b"", b"not PEM", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_damaged_one_is_said_and_not_replaced(tmp_path: Path, authority: Authority, damage: bytes) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(damage)
    with pytest.raises(InvalidRequestError, match=r"authority\.pem is damaged.*delete"):
        open_authority(tmp_path, now=NOW)
    assert path.read_bytes() == damage


def test_a_key_of_another_authority_is_said(tmp_path: Path, authority: Authority) -> None:
    open_authority(tmp_path / "other", now=NOW)
    other = (tmp_path / "other" / FILE_NAME).read_bytes()
    (tmp_path / FILE_NAME).write_bytes(other[: other.index(b"-----BEGIN CERT")] + authority.pem)
    with pytest.raises(InvalidRequestError, match="do not belong together"):
        open_authority(tmp_path, now=NOW)


@pytest.mark.parametrize(("days", "said"), [(4000, "has expired"), (-10, "clock")])
def test_one_whose_time_is_over_or_still_to_come_is_said(
    tmp_path: Path, authority: Authority, days: int, said: str
) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        open_authority(tmp_path, now=NOW + dt.timedelta(days=days))
