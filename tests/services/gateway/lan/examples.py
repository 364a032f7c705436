"""A gateway for phones as tests need it: settings, a fixed clock, addresses that can change."""

import datetime as dt
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from services.gateway.lan.lan import Lan
from services.gateway.settings import Settings, read_settings

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
HOME = IPv4Address("192.168.1.5")
OFFICE = IPv4Address("10.20.0.7")
PORT = 8080


class Machine:
    """Whose addresses and clock the test moves."""

    def __init__(self, *addresses: IPv4Address) -> None:
        self.addresses = addresses or (HOME,)
        self.now = NOW
        self.looks = 0

    def find(self) -> tuple[IPv4Address, ...]:
        self.looks += 1
        return self.addresses

    def clock(self) -> dt.datetime:
        return self.now


def lan_settings(folder: Path, **given: Any) -> Settings:
    return read_settings({}, lan=True, lan_dir=folder, **given)


def open_lan(folder: Path, machine: Machine | None = None, **given: Any) -> Lan:
    machine = machine or Machine()
    return Lan(lan_settings(folder, **given), port=PORT, find=machine.find, clock=machine.clock)
