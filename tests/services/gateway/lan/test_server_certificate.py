"""The gateway's certificate is kept while it fits, and made again when it does not."""

import datetime as dt
from pathlib import Path

import pytest

from services.gateway.lan.authority import Authority, open_authority
from services.gateway.lan.hosts import Host
from services.gateway.lan.server_certificate import server_certificate
from tests.services.gateway.lan.examples import HOME, NOW, OFFICE

HOSTS: tuple[Host, ...] = (HOME, "localhost")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return open_authority(tmp_path, now=NOW)[0]


def issued(folder: Path, authority: Authority, *hosts: Host, days: int = 0) -> bytes:
    return server_certificate(
        folder, authority, hosts or HOSTS, now=NOW + dt.timedelta(days=days)
    ).path.read_bytes()


def test_it_is_kept_while_it_fits(tmp_path: Path, authority: Authority) -> None:
    first = issued(tmp_path, authority)
    assert issued(tmp_path, authority, days=300) == first
    assert issued(tmp_path, authority, *reversed(HOSTS)) == first


def test_it_is_issued_anew_for_other_addresses(tmp_path: Path, authority: Authority) -> None:
    first = issued(tmp_path, authority)
    assert issued(tmp_path, authority, OFFICE, "localhost") != first
    assert issued(tmp_path, authority, HOME) != first


def test_it_is_issued_anew_a_month_before_its_end(tmp_path: Path, authority: Authority) -> None:
    first = issued(tmp_path, authority)
    assert issued(tmp_path, authority, days=359) == first
    assert issued(tmp_path, authority, days=361) != first


def test_it_is_issued_anew_when_the_clock_was_ahead(tmp_path: Path, authority: Authority) -> None:
    assert issued(tmp_path, authority, days=50) != issued(tmp_path, authority)


def test_one_of_another_authority_is_not_shown(tmp_path: Path, authority: Authority) -> None:
    first = issued(tmp_path, authority)
    (tmp_path / "authority.pem").unlink()
    assert issued(tmp_path, open_authority(tmp_path, now=NOW)[0]) != first


@pytest.mark.parametrize("cut", [0, 40, 500])
def test_a_damaged_one_is_replaced(tmp_path: Path, authority: Authority, cut: int) -> None:
    whole = issued(tmp_path, authority)
    (tmp_path / "server.pem").write_bytes(whole[:cut])
    assert len(issued(tmp_path, authority)) > 500
