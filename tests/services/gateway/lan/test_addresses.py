"""The address that a phone most likely reaches comes first."""

from ipaddress import IPv4Address, ip_address

import pytest

from services.gateway.lan.addresses import Interface, interfaces, lan_addresses, rank

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
