"""The iOS profile and the QR codes, read back by a decoder."""

import plistlib
import re
from pathlib import Path

import pytest

from services.gateway.lan.certificates import open_authority
from services.gateway.lan.pages import ios_profile, svg_qr_code
from services.gateway.lan.terminal import terminal_qr_code
from tests.services.gateway.lan.helpers import NOW
from tests.services.gateway.lan.qr_reading import modules_of, read


def test_it_holds_the_certificate_as_a_root(tmp_path: Path) -> None:
    authority, _ = open_authority(tmp_path, now=NOW)
    profile = plistlib.loads(ios_profile(authority))
    assert profile["PayloadType"] == "Configuration"
    (root,) = profile["PayloadContent"]
    assert root["PayloadType"] == "com.apple.security.root"
    assert root["PayloadContent"] == authority.der
    assert b"PRIVATE" not in ios_profile(authority)


def test_installing_it_again_replaces_it_and_another_stands_beside_it(tmp_path: Path) -> None:
    one, other = (open_authority(tmp_path / name, now=NOW)[0] for name in ("one", "other"))
    assert ios_profile(one) == ios_profile(one)
    identifiers = [plistlib.loads(ios_profile(each))["PayloadUUID"] for each in (one, other)]
    assert len(set(identifiers)) == 2


ADDRESS = "http://192.168.100.105:8080/lan"


@pytest.mark.parametrize(
    "address", [ADDRESS, "https://a.de/", "https://a-very-long-name-of-a-machine.fritz.home:8443/"]
)
def test_the_terminals_code_is_readable(address: str) -> None:
    assert read(modules_of(terminal_qr_code(address, colours=False))) == address


def test_with_colours_every_line_is_black_on_white_and_ends_so() -> None:
    lines = terminal_qr_code(ADDRESS, colours=True).splitlines()
    assert all(re.fullmatch("\x1b\\[38;5;16;48;5;231m[ ▀▄█]+\x1b\\[0m", line) for line in lines)
    plain = "\n".join(re.sub("\x1b\\[[0-9;]*m", "", line) for line in lines)
    assert plain == terminal_qr_code(ADDRESS, colours=False)


def test_it_fits_a_terminal_of_eighty_by_twenty_four() -> None:
    lines = terminal_qr_code(ADDRESS, colours=False).splitlines()
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 40


def test_the_pages_code_is_dark_on_white_and_scales() -> None:
    svg = svg_qr_code(ADDRESS)
    assert svg.startswith("<svg")
    assert "viewBox" in svg
    assert "width=" not in svg.split(">")[0]
    assert 'fill="#fff"' in svg
    assert 'stroke="#000"' in svg
