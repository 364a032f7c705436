"""What may stand in a URL as a host."""

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest

from detector.errors import InvalidRequestError
from services.gateway.lan.hosts import Host, own_name, parse_host, url


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("192.168.1.5", IPv4Address("192.168.1.5")),
        ("fd00::5", IPv6Address("fd00::5")),
        ("[fd00::5]", IPv6Address("fd00::5")),
        ("Studio.local", "studio.local"),
        ("phone.test.", "phone.test"),
    ],
)
def test_addresses_and_names_are_read(text: str, host: Host) -> None:
    assert parse_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "http://studio.local",
        "studio.local:8080",
        "192.168.1",
        "192.168.1.256",
        "a b",
        "",
        "-a.local",
        "*.local",
        "<b>",
    ],
)
def test_anything_else_is_refused_by_the_variables_name(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="DETECTOR_LAN_ADDRESS"):
        parse_host(text)


def test_another_variable_is_named_as_such() -> None:
    with pytest.raises(InvalidRequestError, match=r"^DETECTOR_HOST: "):
        parse_host("my_box", variable="DETECTOR_HOST")


def test_urls_leave_out_the_schemes_own_port_and_bracket_ipv6() -> None:
    assert url("https", "studio.local", 443, "/") == "https://studio.local/"
    assert url("http", IPv6Address("fd00::5"), 8080) == "http://[fd00::5]:8080"
    assert url("https", IPv6Address("fd00::5"), 443, "/lan") == "https://[fd00::5]/lan"
    assert url("http", IPv4Address("10.0.0.1"), 443) == "http://10.0.0.1:443"


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        ("Studio", "studio.local"),
        ("studio.example.org", "studio.local"),
        ("my_box", None),
        ("localhost", None),
    ],
)
def test_a_machine_has_a_name_for_its_neighbours_if_it_fits(
    monkeypatch: pytest.MonkeyPatch, machine: str, name: str | None
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: machine)
    assert own_name() == name
