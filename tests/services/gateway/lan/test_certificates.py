"""The authority, the certificates that it signs and the operator's own, checked by OpenSSL."""

import datetime as dt
import subprocess
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from detector.errors import InvalidRequestError
from services.gateway.lan.certificates import (
    AUTHORITY_FILE,
    Authority,
    hosts_of_own_certificate,
    names_of,
    open_authority,
    server_certificate,
)
from services.gateway.lan.hosts import Host, parse_host
from tests.services.gateway.lan.helpers import HOME, NOW, OFFICE, own_certificate

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
    content = (tmp_path / AUTHORITY_FILE).read_bytes()
    again, made = open_authority(tmp_path, now=NOW + dt.timedelta(days=3000))
    assert not made
    assert again.fingerprint == first.fingerprint
    assert (tmp_path / AUTHORITY_FILE).read_bytes() == content


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
    path = tmp_path / AUTHORITY_FILE
    path.write_bytes(damage)
    with pytest.raises(InvalidRequestError, match=r"authority\.pem is damaged.*delete"):
        open_authority(tmp_path, now=NOW)
    assert path.read_bytes() == damage


def test_a_key_of_another_authority_is_said(tmp_path: Path, authority: Authority) -> None:
    open_authority(tmp_path / "other", now=NOW)
    other = (tmp_path / "other" / AUTHORITY_FILE).read_bytes()
    (tmp_path / AUTHORITY_FILE).write_bytes(other[: other.index(b"-----BEGIN CERT")] + authority.pem)
    with pytest.raises(InvalidRequestError, match="do not belong together"):
        open_authority(tmp_path, now=NOW)


@pytest.mark.parametrize(("days", "said"), [(4000, "has expired"), (-10, "clock")])
def test_one_whose_time_is_over_or_still_to_come_is_said(
    tmp_path: Path, authority: Authority, days: int, said: str
) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        open_authority(tmp_path, now=NOW + dt.timedelta(days=days))


SERVER_HOSTS: tuple[Host, ...] = (HOME, "localhost")


def issued(folder: Path, authority: Authority, *hosts: Host, days: int = 0) -> bytes:
    return server_certificate(
        folder, authority, hosts or SERVER_HOSTS, now=NOW + dt.timedelta(days=days)
    ).path.read_bytes()


def test_it_is_kept_while_it_fits(tmp_path: Path, authority: Authority) -> None:
    first = issued(tmp_path, authority)
    assert issued(tmp_path, authority, days=300) == first
    assert issued(tmp_path, authority, *reversed(SERVER_HOSTS)) == first


def test_it_is_issued_anew_for_other_addresses(tmp_path: Path, authority: Authority) -> None:
    first = issued(tmp_path, authority)
    assert issued(tmp_path, authority, OFFICE, "localhost") != first
    assert issued(tmp_path, authority, HOME) != first


def test_it_is_issued_anew_a_month_before_its_end(tmp_path: Path, authority: Authority) -> None:
    first = issued(tmp_path, authority)
    assert issued(tmp_path, authority, days=359) == first
    assert issued(tmp_path, authority, days=361) != first


def test_it_is_issued_anew_when_the_clock_was_ahead(tmp_path: Path, authority: Authority) -> None:
    assert issued(tmp_path, authority, days=50) != issued(tmp_path, authority)


def test_one_of_another_authority_is_not_shown(tmp_path: Path, authority: Authority) -> None:
    first = issued(tmp_path, authority)
    (tmp_path / "authority.pem").unlink()
    assert issued(tmp_path, open_authority(tmp_path, now=NOW)[0]) != first


@pytest.mark.parametrize("cut", [0, 40, 500])
def test_a_damaged_one_is_replaced(tmp_path: Path, authority: Authority, cut: int) -> None:
    whole = issued(tmp_path, authority)
    (tmp_path / "server.pem").write_bytes(whole[:cut])
    assert len(issued(tmp_path, authority)) > 500


def test_it_names_the_hosts_itself_names_before_addresses(tmp_path: Path) -> None:
    path = own_certificate(tmp_path, "IP:10.0.0.1", "DNS:*.example.org", "DNS:Cam.example.org")
    assert hosts_of_own_certificate(path, ()) == ("cam.example.org", IPv4Address("10.0.0.1"))


def test_a_given_name_may_be_below_a_star_by_one_label(tmp_path: Path) -> None:
    path = own_certificate(tmp_path, "DNS:*.example.org")
    assert hosts_of_own_certificate(path, ("cam.example.org",)) == ("cam.example.org",)
    for other in ("a.cam.example.org", "example.org", "cam.example.net"):
        with pytest.raises(InvalidRequestError, match=f"is for \\*.example.org, not for {other}"):
            hosts_of_own_certificate(path, (other,))


def test_stars_alone_and_no_names_ask_for_the_address(tmp_path: Path) -> None:
    for names in (("DNS:*.example.org",), ()):
        with pytest.raises(InvalidRequestError, match="DETECTOR_LAN_ADDRESS"):
            hosts_of_own_certificate(own_certificate(tmp_path, *names), ())


def test_an_address_it_is_not_for_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"not for 10\.0\.0\.2"):
        hosts_of_own_certificate(own_certificate(tmp_path, "IP:10.0.0.1"), (parse_host("10.0.0.2"),))


def test_a_file_that_is_not_there_or_not_pem_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="DETECTOR_TLS_CERT: cannot read"):
        hosts_of_own_certificate(tmp_path / "none.pem", ())
    (tmp_path / "text.pem").write_text("hello")
    with pytest.raises(InvalidRequestError, match="not a certificate"):
        hosts_of_own_certificate(tmp_path / "text.pem", ())
