"""A name server that answers every name with the addresses it is told, as a cluster's does for a headless Service."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_A = 1
_HEADER_BYTES = 12
_ANSWER = struct.Struct("!HHHIH")
_FIRST_NAME = 0xC00C
"""A pointer to the name in the question."""


class NameServer:
    """Change `addresses` at any time; answers may not be kept."""

    def __init__(self, addresses: list[str]) -> None:
        self.addresses = addresses
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def serve(self) -> None:
        """Until an empty datagram comes."""
        while True:
            question, client = self._socket.recvfrom(512)
            if not question:
                return
            self._socket.sendto(self._answer(question), client)

    def stop(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())

    def close(self) -> None:
        self._socket.close()

    def _answer(self, question: bytes) -> bytes:
        end = question.index(b"\0", _HEADER_BYTES) + 5
        (kind,) = struct.unpack_from("!H", question, end - 4)
        # No IPv6: the name is there and has no such address.
        addresses = self.addresses if kind == _A else []
        header = question[:2] + struct.pack("!HHHHH", 0x8180, 1, len(addresses), 0, 0)
        records = [
            _ANSWER.pack(_FIRST_NAME, _A, 1, 0, 4) + socket.inet_aton(address) for address in addresses
        ]
        return header + question[_HEADER_BYTES:end] + b"".join(records)


@contextmanager
def name_server(*addresses: str) -> Iterator[NameServer]:
    server = NameServer(list(addresses))
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
        server.close()
