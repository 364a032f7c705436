"""Hosts as phones open them, the addresses found on this machine, and which of them are private."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from detector.errors import InvalidRequestError
from services.gateway.lan.hosts import (
    PRIVATE_NETWORKS,
    Host,
    Interface,
    check_private,
    interfaces,
    is_private,
    lan_addresses,
    mdns_name,
    parse_host,
    rank,
    url,
)


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
    assert mdns_name() == name


WIFI = Interface("wlan0", IPv4Address("192.168.1.5"))
CABLE = Interface("eth0", IPv4Address("10.0.0.9"))
DOCKER = Interface("docker0", IPv4Address("172.17.0.1"))
VPN = Interface("tun0", IPv4Address("10.8.0.2"))
LOOPBACK = Interface("lo", IPv4Address("127.0.0.1"))
UNCONFIGURED = Interface("eth1", IPv4Address("169.254.3.4"))


def test_the_interface_towards_the_internet_comes_first() -> None:
    assert rank([CABLE, WIFI], towards_internet=WIFI.address) == (WIFI.address, CABLE.address)
    assert rank([WIFI, CABLE], towards_internet=CABLE.address) == (CABLE.address, WIFI.address)


def test_containers_and_vpns_come_last_even_if_they_lead_to_the_internet() -> None:
    ranked = rank([VPN, DOCKER, WIFI], towards_internet=VPN.address)
    assert ranked == (WIFI.address, VPN.address, DOCKER.address)


def test_loopback_and_addresses_nobody_gave_are_left_out() -> None:
    assert rank([LOOPBACK, UNCONFIGURED], towards_internet=None) == ()


def test_an_address_of_two_interfaces_is_named_once() -> None:
    assert rank([WIFI, Interface("wlan1", WIFI.address)], towards_internet=None) == (WIFI.address,)


@pytest.mark.parametrize(
    "name", ["docker0", "br-4f1a", "veth12", "virbr0", "utun3", "wg0", "tailscale0", "bridge100"]
)
def test_virtual_interfaces_are_known_by_name(name: str) -> None:
    assert Interface(name, WIFI.address).virtual


@pytest.mark.parametrize("name", ["eth0", "en0", "enp3s0", "wlan0", "wlp2s0", "Ethernet", "Wi-Fi", "end0"])
def test_real_interfaces_are_not_taken_for_virtual_ones(name: str) -> None:
    assert not Interface(name, WIFI.address).virtual


def test_this_machines_own_interfaces_are_found() -> None:
    assert ip_address("127.0.0.1") in {each.address for each in interfaces()}
    assert not any(address.is_loopback for address in lan_addresses())


@pytest.mark.parametrize(
    "text",
    [
        "10.1.2.3", "172.31.0.1", "192.168.178.20", "100.100.1.1", "127.0.0.1", "192.0.2.2", "::1", "fd00::2",
        "fe80::1", "studio.local", "localhost", "a.b.internal", "phone.test", "box.lan", "hub.home.arpa",
    ],
)  # fmt: skip
def test_private_addresses_and_local_names_are_covered(text: str) -> None:
    assert is_private(parse_host(text))


@pytest.mark.parametrize(
    "text",
    [
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "2606:4700::1",
        "example.org",
        "notlocal",
        "local.example.org",
        "arpa",
    ],
)
def test_what_is_public_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="DETECTOR_TLS_CERT"):
        check_private(parse_host(text))


def test_no_network_in_scope_holds_an_address_of_the_internet() -> None:
    assert [network for network in PRIVATE_NETWORKS if network[0].is_global or network[-1].is_global] == []
