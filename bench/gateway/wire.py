"""HTTP/1.1 and gRPC as bytes on a socket: what is measured is the server, and its clients cost next to nothing.

Just enough of both for a photo and its answer, over a connection that is kept.
"""

import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from detector.v1 import detector_pb2 as pb

TIMEOUT_S = 120.0
_RECEIVED_AT_ONCE = 65_536
_FRAME_HEAD = 9
_FRAME_LIMIT = 16_384
_SEND_WINDOW = 65_535
_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
_END_STREAM = _ACK = 0x1
_END_HEADERS = 0x4
_PATH = b"/detector.v1.DetectorService/Detect"
_CALL_HEADERS = b"".join(
    (
        # HPACK (RFC 7541) without compression: indices of the static table, lengths and literals.
        b"\x83\x86",  # :method POST, :scheme http
        b"\x04" + bytes([len(_PATH)]) + _PATH,
        b"\x01\x09127.0.0.1",  # :authority
        b"\x0f\x10\x10application/grpc",  # content-type
        b"\x00\x02te\x08trailers",
    )
)


class RefusedError(Exception):
    """An answer that is no success: what was measured means nothing."""


class Connection:
    """To a port of this machine; a context manager."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def through(self, mark: bytes) -> bytes:
        """What comes up to the end of `mark`."""
        while mark not in self._received:
            self._receive()
        return self.exactly(self._received.index(mark) + len(mark))

    def exactly(self, size: int) -> bytes:
        """The next `size` bytes."""
        while len(self._received) < size:
            self._receive()
        data, self._received = self._received[:size], self._received[size:]
        return data

    def _receive(self) -> None:
        data = self._socket.recv(_RECEIVED_AT_ONCE)
        if not data:
            raise RefusedError("The server closed the connection.")
        self._received += data

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()


class Post:
    """POSTs the same body again and again."""

    def __init__(self, connection: Connection, body: bytes, *, content_type: str, path: str) -> None:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._connection = connection
        self._request = head.encode() + body

    def __call__(self) -> None:
        """Returns when the answer is read. Raises RefusedError unless it is 200."""
        self._connection.send(self._request)
        head = self._connection.through(b"\r\n\r\n").lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        body = self._connection.exactly(int(length))
        if not head.startswith(b"http/1.1 200 "):
            raise RefusedError(f"{head[:16]!r}: {body[:300]!r}")


class Call:
    """Calls Detect with the same photo again and again, one call after another (RFC 9113, without flow control)."""

    def __init__(self, connection: Connection, photo: bytes) -> None:
        message = pb.DetectRequest(image=photo).SerializeToString()
        message = b"\x00" + len(message).to_bytes(4, "big") + message
        if len(message) > _SEND_WINDOW:
            raise ValueError("A photo above 64 kB would have to wait for the server's leave to send.")
        self._connection = connection
        self._parts = [message[at : at + _FRAME_LIMIT] for at in range(0, len(message), _FRAME_LIMIT)]
        self._stream = -1
        connection.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(_SETTINGS, 0, 0))
        connection.send(_frame(_WINDOW_UPDATE, 0, 0, (2**30).to_bytes(4, "big")))

    def __call__(self) -> None:
        """Returns when the call has ended. Raises RefusedError when it brought no message."""
        self._stream += 2
        *first, last = self._parts
        frames = [_frame(_HEADERS, _END_HEADERS, self._stream, _CALL_HEADERS)]
        frames += [_frame(_DATA, 0, self._stream, part) for part in first]
        frames.append(_frame(_DATA, _END_STREAM, self._stream, last))
        self._connection.send(b"".join(frames))
        answered = False
        for kind, flags, content in self._frames():
            answered = answered or kind == _DATA
            if kind in (_RESET, _GOAWAY):
                raise RefusedError(f"The server ended the call: {content[:300]!r}")
            if kind == _HEADERS and flags & _END_STREAM:
                break
        if not answered:
            raise RefusedError(f"The call brought no answer: {content[:300]!r}")

    def _frames(self) -> Iterator[tuple[int, int, bytes]]:
        """Kind, flags and content of what comes; what asks for an acknowledgement has it."""
        while True:
            head = self._connection.exactly(_FRAME_HEAD)
            kind, flags = head[3], head[4]
            content = self._connection.exactly(int.from_bytes(head[:3], "big"))
            if kind in (_SETTINGS, _PING) and not flags & _ACK:
                self._connection.send(_frame(kind, _ACK, 0, content if kind == _PING else b""))
            yield kind, flags, content


def _frame(kind: int, flags: int, stream: int, content: bytes = b"") -> bytes:
    return len(content).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + content
