"""What the codes say, read back by a decoder."""

import re

import pytest

from services.gateway.lan.qr import svg_code, terminal_code
from tests.services.gateway.lan.qr_reading import modules_of, read

ADDRESS = "http://192.168.100.105:8080/lan"


@pytest.mark.parametrize(
    "address", [ADDRESS, "https://a.de/", "https://a-very-long-name-of-a-machine.fritz.home:8443/"]
)
def test_the_terminals_code_is_readable(address: str) -> None:
    assert read(modules_of(terminal_code(address, colours=False))) == address


def test_with_colours_every_line_is_black_on_white_and_ends_so() -> None:
    lines = terminal_code(ADDRESS, colours=True).splitlines()
    assert all(re.fullmatch("\x1b\\[38;5;16;48;5;231m[ ▀▄█]+\x1b\\[0m", line) for line in lines)
    plain = "\n".join(re.sub("\x1b\\[[0-9;]*m", "", line) for line in lines)
    assert plain == terminal_code(ADDRESS, colours=False)


def test_it_fits_a_terminal_of_eighty_by_twenty_four() -> None:
    lines = terminal_code(ADDRESS, colours=False).splitlines()
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 40


def test_the_pages_code_is_dark_on_white_and_scales() -> None:
    svg = svg_code(ADDRESS)
    assert svg.startswith("<svg")
    assert "viewBox" in svg
    assert "width=" not in svg.split(">")[0]
    assert 'fill="#fff"' in svg
    assert 'stroke="#000"' in svg
