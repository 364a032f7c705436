"""The authority vouches for nothing that could be somebody's site."""

import pytest

from detector.errors import InvalidRequestError
from services.gateway.lan.hosts import parse_host
from services.gateway.lan.scope import NETWORKS, check_covered, covers


@pytest.mark.parametrize(
    "text",
    [
        "10.1.2.3", "172.31.0.1", "192.168.178.20", "100.100.1.1", "127.0.0.1", "192.0.2.2", "::1", "fd00::2",
        "fe80::1", "studio.local", "localhost", "a.b.internal", "phone.test", "box.lan", "hub.home.arpa",
    ],
)  # fmt: skip
def test_private_addresses_and_local_names_are_covered(text: str) -> None:
    assert covers(parse_host(text))


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
        check_covered(parse_host(text))


def test_no_network_in_scope_holds_an_address_of_the_internet() -> None:
    assert [network for network in NETWORKS if network[0].is_global or network[-1].is_global] == []
