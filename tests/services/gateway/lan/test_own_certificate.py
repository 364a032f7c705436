"""With a certificate of one's own, it says where phones may go."""

import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from detector.errors import InvalidRequestError
from services.gateway.lan.hosts import parse_host
from services.gateway.lan.own_certificate import hosts_of_own_certificate


def certificate(folder: Path, *names: str) -> Path:
    """Self-signed; `names` as OpenSSL writes them, such as DNS:a.example.org."""
    path = folder / "own.pem"
    alternative = ["-addext", f"subjectAltName={','.join(names)}"] if names else []
    command = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-subj", "/CN=own", *alternative, "-keyout", str(folder / "own.key"), "-out", str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return path


def test_it_names_the_hosts_itself_names_before_addresses(tmp_path: Path) -> None:
    path = certificate(tmp_path, "IP:10.0.0.1", "DNS:*.example.org", "DNS:Cam.example.org")
    assert hosts_of_own_certificate(path, ()) == ("cam.example.org", IPv4Address("10.0.0.1"))


def test_a_given_name_may_be_below_a_star_by_one_label(tmp_path: Path) -> None:
    path = certificate(tmp_path, "DNS:*.example.org")
    assert hosts_of_own_certificate(path, ("cam.example.org",)) == ("cam.example.org",)
    for other in ("a.cam.example.org", "example.org", "cam.example.net"):
        with pytest.raises(InvalidRequestError, match=f"is for \\*.example.org, not for {other}"):
            hosts_of_own_certificate(path, (other,))


def test_stars_alone_and_no_names_ask_for_the_address(tmp_path: Path) -> None:
    for names in (("DNS:*.example.org",), ()):
        with pytest.raises(InvalidRequestError, match="DETECTOR_LAN_ADDRESS"):
            hosts_of_own_certificate(certificate(tmp_path, *names), ())


def test_an_address_it_is_not_for_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"not for 10\.0\.0\.2"):
        hosts_of_own_certificate(certificate(tmp_path, "IP:10.0.0.1"), (parse_host("10.0.0.2"),))


def test_a_file_that_is_not_there_or_not_pem_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="DETECTOR_TLS_CERT: cannot read"):
        hosts_of_own_certificate(tmp_path / "none.pem", ())
    (tmp_path / "text.pem").write_text("hello")
    with pytest.raises(InvalidRequestError, match="not a certificate"):
        hosts_of_own_certificate(tmp_path / "text.pem", ())
