"""What the tests of gateways for phones share: settings and a fake machine, TLS clients, QR codes read by OpenCV."""

import asyncio
import contextlib
import datetime as dt
import ssl
import subprocess
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from cryptography import x509

from services.gateway.lan.certificates import names_of
from services.gateway.lan.hosts import Host
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


def trusting(lan: Lan) -> ssl.SSLContext:
    """Trusts the authority of `lan` and nothing else."""
    assert lan.authority is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=lan.authority.pem.decode())
    return context


def shown_hosts(lan: Lan) -> frozenset[Host]:
    """The hosts in the certificate that `lan` shows to a new connection."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    back, forth = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    client = context.wrap_bio(incoming, outgoing)
    server = lan.tls.context.wrap_bio(back, forth, server_side=True)
    for _ in range(4):
        for side in (client, server):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
            back.write(outgoing.read())
            incoming.write(forth.read())
    der = client.getpeercert(binary_form=True)
    assert der is not None
    return names_of(x509.load_der_x509_certificate(der))


async def answer(port: int, *, tls: ssl.SSLContext | None = None, name: str | None = None) -> bytes:
    """What the server on loopback says to one line, until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=name)
    try:
        writer.write(b"hello\n")
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


def own_certificate(folder: Path, *names: str) -> Path:
    """Self-signed; `names` as OpenSSL writes them, such as DNS:a.example.org."""
    path = folder / "own.pem"
    alternative = ["-addext", f"subjectAltName={','.join(names)}"] if names else []
    command = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-subj", "/CN=own", *alternative, "-keyout", str(folder / "own.key"), "-out", str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return path
