"""TLS as a phone does it: one authority trusted, the host checked."""

import asyncio
import contextlib
import ssl

from cryptography import x509

from services.gateway.lan.hosts import Host
from services.gateway.lan.lan import Lan
from services.gateway.lan.server_certificate import names_of


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
