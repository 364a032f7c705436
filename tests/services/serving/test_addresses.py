"""From what people write to every address behind it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from detector.errors import InvalidRequestError, ServingError
from services.serving.addresses import Replica, addresses_of, resolve, split_targets


def lookup(host: str, port: int) -> list[str]:
    return {"serving": ["10.0.0.7", "10.0.0.3", "fd00::7"], "one": ["10.0.0.3"]}[host]


def addresses(*targets: str) -> list[str]:
    return [replica.address for replica in resolve(targets, lookup=lookup)]


@pytest.mark.parametrize("target", ["serving:8500", "dns:///serving:8500", "dns:serving:8500"])
def test_every_address_of_a_name_is_a_replica(target: str) -> None:
    assert addresses(target) == ["10.0.0.3:8500", "10.0.0.7:8500", "[fd00::7]:8500"]


def test_several_targets_and_one_replica_under_two_names() -> None:
    assert addresses("one:8500", "serving:8500", "one:8501") == [
        "10.0.0.3:8500",
        "10.0.0.3:8501",
        "10.0.0.7:8500",
        "[fd00::7]:8500",
    ]


def test_addresses_as_they_are() -> None:
    found = resolve(
        ("127.0.0.2:8500", "[::1]:8501", "ipv4:127.0.0.1:8500", "ipv6:[::1]:8502", "unix:/tmp/serving")
    )
    assert [replica.target for replica in found] == [
        "ipv4:127.0.0.1:8500",
        "ipv4:127.0.0.2:8500",
        "ipv6:[::1]:8501",
        "ipv6:[::1]:8502",
        "unix:/tmp/serving",
    ]


def test_options_and_commas_are_split() -> None:
    assert split_targets(["a:1, b:2", "dns:///c:3", ""]) == ("a:1", "b:2", "dns:///c:3")
    assert split_targets(["ipv4:10.0.0.1:80,10.0.0.2:80"]) == ("ipv4:10.0.0.1:80", "10.0.0.2:80")


@pytest.mark.parametrize(
    "target",
    [
        "serving",
        "serving:",
        ":8500",
        "serving:0",
        "serving:99999",
        "dns://1.1.1.1/serving:8500",
        "xds:///serving",
    ],
)
def test_what_names_no_host_and_port_is_refused(target: str) -> None:
    with pytest.raises(InvalidRequestError, match="write host:8500"):
        split_targets([target])


def test_a_name_without_an_address_is_named() -> None:
    with pytest.raises(ServingError, match=r"serving\.invalid: no address"):
        addresses_of("serving.invalid", 8500)


@contextmanager
def listening(family: socket.AddressFamily, host: str) -> Iterator[int]:
    with socket.create_server((host, 0), family=family) as listener:
        yield int(listener.getsockname()[1])


def test_localhost_is_one_server_however_many_addresses_it_has() -> None:
    def both(host: str, port: int) -> list[str]:
        return ["::1", "127.0.0.1"]

    with listening(socket.AF_INET, "127.0.0.1") as port:
        assert resolve((f"localhost:{port}",), lookup=both) == (
            Replica(f"127.0.0.1:{port}", f"ipv4:127.0.0.1:{port}"),
        )
    assert len(resolve((f"localhost:{port}",), lookup=both)) == 2
