"""What the person at the terminal reads."""

import io
from pathlib import Path

from services.gateway.lan.lan import Lan
from services.gateway.lan.terminal import announce, announcement, terminal_qr_code
from tests.services.gateway.lan.helpers import HOME, OFFICE, Machine, open_lan, own_certificate


def said(lan: Lan, *, grpc_port: int | None = 50051, open_to_all: bool = True) -> str:
    return announcement(lan, grpc_port=grpc_port, open_to_all=open_to_all, code="plain")


def test_it_says_what_to_open_what_to_scan_and_what_to_compare(tmp_path: Path) -> None:
    lan = open_lan(tmp_path)
    text = said(lan)
    assert "http://localhost:8080/" in text
    assert "https://192.168.1.5:8080/" in text
    assert "open http://192.168.1.5:8080/lan" in text
    assert terminal_qr_code("http://192.168.1.5:8080/lan", colours=False) in text
    assert "192.168.1.5:50051 (TLS)" in text
    assert lan.authority is not None
    assert lan.authority.fingerprint in text
    assert str(tmp_path) in text


def test_it_lists_every_address_the_best_first(tmp_path: Path) -> None:
    text = said(open_lan(tmp_path, Machine(HOME, OFFICE)))
    assert text.index("https://192.168.1.5:8080/") < text.index("https://10.20.0.7:8080/")


def test_a_gateway_on_one_address_does_not_claim_localhost(tmp_path: Path) -> None:
    text = said(open_lan(tmp_path, host=str(OFFICE)))
    assert "localhost" not in text
    assert "https://10.20.0.7:8080/" in text


def test_it_says_whether_phones_have_to_install_a_new_authority(tmp_path: Path) -> None:
    assert "was made just now" in said(open_lan(tmp_path))
    assert "phones may have already" in said(open_lan(tmp_path))


def test_it_says_who_can_use_it_and_leaves_out_what_is_off(tmp_path: Path) -> None:
    lan = open_lan(tmp_path)
    assert "DETECTOR_API_KEYS" in said(lan)
    assert "DETECTOR_API_KEYS" not in said(lan, open_to_all=False)
    assert "gRPC" not in said(lan, grpc_port=None)


def test_with_a_certificate_of_ones_own_the_code_leads_straight_to_the_detector(tmp_path: Path) -> None:
    own = own_certificate(tmp_path, "DNS:cam.example.org")
    text = said(open_lan(tmp_path / "lan", tls_cert=own, tls_key=tmp_path / "own.key"))
    assert terminal_qr_code("https://cam.example.org:8080/", colours=False) in text
    assert "fingerprint" not in text


def test_a_terminal_without_half_blocks_is_sent_to_the_page(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="ascii") as out:
        announce(open_lan(tmp_path), grpc_port=None, open_to_all=True, out=out)
        assert b"also on http://localhost:8080/lan" in raw.getvalue()


def test_what_is_no_terminal_gets_no_escapes(tmp_path: Path) -> None:
    out = io.StringIO()
    announce(open_lan(tmp_path), grpc_port=None, open_to_all=True, out=out)
    assert "\x1b" not in out.getvalue()
