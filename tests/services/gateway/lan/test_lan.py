"""Hosts and certificate of a gateway for phones, also when the machine changes networks."""

import asyncio
import datetime as dt
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from detector.errors import InvalidRequestError
from services.gateway.lan.hosts import mdns_name
from services.gateway.lan.lan import default_folder, follow
from services.gateway.settings import read_settings
from tests.services.gateway.lan.helpers import (
    HOME,
    NOW,
    OFFICE,
    Machine,
    open_lan,
    own_certificate,
    shown_hosts,
)

PUBLIC = IPv4Address("8.8.8.8")


def test_the_certificate_is_for_its_addresses_its_name_and_itself(tmp_path: Path) -> None:
    lan = open_lan(tmp_path, Machine(HOME, OFFICE))
    assert lan.hosts == (HOME, OFFICE)
    assert {HOME, OFFICE, "localhost", IPv4Address("127.0.0.1")} <= shown_hosts(lan)
    name = mdns_name()
    assert name is None or name in shown_hosts(lan)


def test_given_addresses_count_instead_of_those_found(tmp_path: Path) -> None:
    lan = open_lan(tmp_path, Machine(HOME), lan_address="studio.local, 10.9.9.9")
    assert lan.hosts == ("studio.local", IPv4Address("10.9.9.9"))
    assert HOME not in shown_hosts(lan)


def test_a_machine_that_listens_on_one_address_is_there_only(tmp_path: Path) -> None:
    assert open_lan(tmp_path, Machine(HOME, OFFICE), host=str(OFFICE)).hosts == (OFFICE,)


def test_it_listens_everywhere_unless_told_otherwise() -> None:
    assert read_settings({}).host == "127.0.0.1"
    assert read_settings({}, lan=True).host == "0.0.0.0"
    assert read_settings({}, lan=True, host="10.0.0.1").host == "10.0.0.1"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::"])
def test_a_host_that_says_nothing_about_phones_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(InvalidRequestError, match="DETECTOR_LAN_ADDRESS"):
        open_lan(tmp_path, host=host)
    assert open_lan(tmp_path, host=host, lan_address="phone.test").hosts == ("phone.test",)


def test_public_addresses_are_left_out_and_alone_refused(tmp_path: Path) -> None:
    assert open_lan(tmp_path, Machine(PUBLIC, HOME)).hosts == (HOME,)
    with pytest.raises(InvalidRequestError, match=r"8\.8\.8\.8 is public.*DETECTOR_TLS_CERT"):
        open_lan(tmp_path, Machine(PUBLIC))


def test_a_machine_without_a_network_is_told_what_to_do(tmp_path: Path) -> None:
    machine = Machine()
    machine.addresses = ()
    with pytest.raises(InvalidRequestError, match=r"same Wi-Fi.*DETECTOR_LAN_ADDRESS"):
        open_lan(tmp_path, machine)


def test_a_machine_that_moves_shows_a_certificate_for_the_new_place(tmp_path: Path) -> None:
    machine = Machine(HOME)
    lan = open_lan(tmp_path, machine)
    assert not lan.refresh()
    machine.addresses = (OFFICE,)
    assert lan.refresh()
    assert lan.hosts == (OFFICE,)
    assert OFFICE in shown_hosts(lan)
    assert HOME not in shown_hosts(lan)


@pytest.mark.parametrize("addresses", [(), (PUBLIC,)])
def test_a_machine_that_loses_its_network_keeps_what_it_had(
    tmp_path: Path, addresses: tuple[IPv4Address, ...]
) -> None:
    machine = Machine(HOME)
    lan = open_lan(tmp_path, machine)
    machine.addresses = addresses
    assert not lan.refresh()
    assert lan.hosts == (HOME,)


def test_a_certificate_that_grows_old_is_renewed_while_it_serves(tmp_path: Path) -> None:
    machine = Machine(HOME)
    lan = open_lan(tmp_path, machine)
    before = (tmp_path / "server.pem").read_bytes()
    machine.now = NOW + dt.timedelta(days=370)
    assert not lan.refresh()
    assert (tmp_path / "server.pem").read_bytes() != before


def test_two_gateways_of_one_folder_do_not_take_turns(tmp_path: Path) -> None:
    one, other = (open_lan(tmp_path, lan_address=name) for name in ("one.local", "other.local"))
    before = (tmp_path / "server.pem").read_bytes()
    for lan in (one, other, one):
        lan.refresh()
    assert (tmp_path / "server.pem").read_bytes() == before
    assert "one.local" in shown_hosts(one)
    assert "other.local" in shown_hosts(other)


def test_with_a_certificate_of_ones_own_no_authority_is_made(tmp_path: Path) -> None:
    own = own_certificate(tmp_path, "DNS:cam.example.org")
    lan = open_lan(tmp_path / "lan", tls_cert=own, tls_key=tmp_path / "own.key")
    assert lan.authority is None
    assert lan.hosts == ("cam.example.org",)
    assert not lan.refresh()
    assert not (tmp_path / "lan").exists()


def test_a_request_stays_at_the_place_it_came_to_if_that_is_known(tmp_path: Path) -> None:
    lan = open_lan(tmp_path, lan_address="192.168.1.5, studio.local, fd00::5")
    for header, host in (
        ("studio.local:8080", "studio.local"),
        ("Studio.local", "studio.local"),
        ("[fd00::5]:8080", "fd00::5"),
        ("evil.example:8080", "192.168.1.5"),
        ("", "192.168.1.5"),
        ("studio.local:8080:1", "192.168.1.5"),
    ):
        assert str(lan.endpoint_for(header).host) == host


def test_the_authority_lies_where_programs_keep_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "pocket-detector" / "lan"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_folder() == tmp_path / ".local" / "share" / "pocket-detector" / "lan"


EVERY_S = 0.01


def test_it_tells_once_for_each_move(tmp_path: Path) -> None:
    machine = Machine(HOME)
    lan = open_lan(tmp_path, machine)
    told: asyncio.Queue[str] = asyncio.Queue()

    async def scene() -> None:
        following = asyncio.create_task(
            follow(lan, moved=lambda: told.put_nowait(str(lan.hosts[0])), every_s=EVERY_S)
        )
        for address in (OFFICE, HOME):
            machine.addresses = (address,)
            assert await asyncio.wait_for(told.get(), 10) == str(address)
            assert address in shown_hosts(lan)
        following.cancel()

    asyncio.run(scene())
    assert told.empty()


def test_a_disk_that_refuses_the_new_certificate_does_not_end_it(tmp_path: Path) -> None:
    machine = Machine(HOME)
    folder = tmp_path / "lan"
    lan = open_lan(folder, machine)
    moved = asyncio.Event()

    async def scene() -> None:
        # A file where the folder was: not writable even for root.
        folder.rename(tmp_path / "away")
        folder.write_text("")
        machine.addresses = (OFFICE,)
        following = asyncio.create_task(follow(lan, moved=moved.set, every_s=EVERY_S))
        looks_before = machine.looks
        while machine.looks < looks_before + 3:
            await asyncio.sleep(EVERY_S)
        assert not following.done()
        assert HOME in shown_hosts(lan)
        folder.unlink()
        (tmp_path / "away").rename(folder)
        await asyncio.wait_for(moved.wait(), 10)
        assert OFFICE in shown_hosts(lan)
        following.cancel()

    asyncio.run(scene())
