"""Serves manifests and files of versions, with strong ETags, conditional requests, ranges and immutable caching."""

import asyncio
import gzip
import mimetypes
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from detector.errors import NotFoundError, RangeNotSatisfiableError
from detector.files import reading
from services.gateway.metrics import Metrics
from services.gateway.rest.parameters import accept_weights, read_query
from services.gateway.stored_files import StoredFiles, artifact_kind, digest

IMMUTABLE = "max-age=31536000, immutable"
PRIVATE_IMMUTABLE = f"private, {IMMUTABLE}"
"""For responses that required an API key: a shared cache would serve them to clients without one."""
REVALIDATE = "no-cache"
MANIFEST_PARAMETERS = ("channel",)
CHUNK_BYTES = 262_144
MAX_COMPRESSIBLE_BYTES = 4_000_000
_COMPRESSIBLE_SUFFIXES = {
    ".json",
    ".jsonl",
    ".html",
    ".txt",
    ".js",
    ".css",
    ".svg",
    ".mjs",
    ".map",
    ".webmanifest",
    ".wasm",
}
_TYPES = {
    ".tflite": "application/octet-stream",
    ".bin": "application/octet-stream",
    ".jsonl": "application/x-ndjson",
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class Representation:
    """A file as it is, or `content` that was compressed from it (RFC 9110, section 3.2)."""

    path: Path
    size: int
    etag: str
    media_type: str
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class ByteRange:
    """First and last byte, inclusive."""

    first: int
    last: int


class FileEndpoints:
    """GET and HEAD for files of versions and for manifests."""

    def __init__(self, files: StoredFiles, metrics: Metrics, *, open_to_all: bool) -> None:
        """`open_to_all`: no API keys are required."""
        self._files = files
        self._metrics = metrics
        self._cache_control = IMMUTABLE if open_to_all else PRIVATE_IMMUTABLE

    async def file(self, request: Request) -> Response:
        """/v1/models/{name}/versions/{version}/files/{path}."""
        read_query(request.scope, ())
        name, version = request.path_params["name"], request.path_params["version"]
        path = request.path_params["path"]
        found = await asyncio.to_thread(lambda: describe(self._files.file(name, version, path)))
        kind = artifact_kind(path)
        request.state.log = {"kind": kind, "version": version}
        download = DownloadMetrics(self._metrics, kind, version)
        return await respond(request, found, cache_control=self._cache_control, download=download)

    async def manifest(self, request: Request) -> Response:
        """/v1/models/{name}/manifest?channel=stable, as the stored bytes."""
        name = request.path_params["name"]
        channel = read_query(request.scope, MANIFEST_PARAMETERS).get("channel", "stable")
        found = await asyncio.to_thread(lambda: describe(self._files.manifest(name, channel)))
        return await respond(request, found, cache_control=REVALIDATE, download=None)


@dataclass(frozen=True, slots=True)
class DownloadMetrics:
    """Counts the bytes of an artifact as they are sent, and a download after the last one."""

    metrics: Metrics
    kind: str
    version: str

    def add_sent(self, count: int) -> None:
        self.metrics.artifact_sent_bytes.inc(count)

    def complete(self) -> None:
        self.metrics.artifact_downloads.labels(self.kind, self.version).inc()


def describe(path: Path) -> Representation:
    """The file as it is. Raises NotFoundError if it does not exist, StoreError if it exists but cannot be read: phones
    do not retry after the former."""
    with reading(path):
        try:
            stat = path.stat()
            etag = digest(path, stat.st_size, stat.st_mtime_ns)
        except FileNotFoundError:
            raise NotFoundError("There is no such file.") from None
    return Representation(path, stat.st_size, f'"{etag}"', _media_type(path))


@lru_cache(maxsize=64)
def _compressed(path: Path, etag: str) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def _media_type(path: Path) -> str:
    known = _TYPES.get(path.suffix)
    return known or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


async def respond(
    request: Request, found: Representation, *, cache_control: str, download: DownloadMetrics | None
) -> Response:
    """The response to a GET or HEAD: 200, 206, 304 or 416 (RFC 9110, sections 13 and 14)."""
    compressible = found.path.suffix in _COMPRESSIBLE_SUFFIXES and found.size <= MAX_COMPRESSIBLE_BYTES
    wanted = request.headers.get("range") if request.method == "GET" else None
    headers = {"Cache-Control": cache_control, "Accept-Ranges": "bytes", "X-Content-Type-Options": "nosniff"}
    if compressible:
        headers["Vary"] = "Accept-Encoding"
        if wanted is None and _accepts_gzip(_joined(request, "accept-encoding")):
            content = await asyncio.to_thread(_compressed, found.path, found.etag)
            etag = f'{found.etag[:-1]}-gzip"'
            found = Representation(found.path, len(content), etag, found.media_type, content)
            headers["Content-Encoding"] = "gzip"
    headers["ETag"] = found.etag
    if _matches(_joined(request, "if-none-match"), found.etag):
        return Response(status_code=304, headers=headers)
    if wanted is not None and request.headers.get("if-range", found.etag).strip() == found.etag:
        part = _parse_range(wanted, found.size)
    else:
        part = None
    return _body_response(request, found, part, headers, download)


def _body_response(
    request: Request,
    found: Representation,
    part: ByteRange | None,
    headers: dict[str, str],
    download: DownloadMetrics | None,
) -> Response:
    whole = part or ByteRange(0, found.size - 1)
    headers["Content-Length"] = str(whole.last - whole.first + 1)
    if part is not None:
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{found.size}"
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=found.media_type)
    body = _chunks(found, whole, download)
    return StreamingResponse(body, status_code=status, headers=headers, media_type=found.media_type)


async def _chunks(
    found: Representation, part: ByteRange, download: DownloadMetrics | None
) -> AsyncIterator[bytes]:
    position = part.first
    with found.path.open("rb") as file:
        while position <= part.last:
            length = min(CHUNK_BYTES, part.last - position + 1)
            if found.content is not None:
                chunk = found.content[position : position + length]
            else:
                chunk = await asyncio.to_thread(_read_at, file.fileno(), position, length)
            if not chunk:
                return  # truncated on disk: the client receives fewer bytes than Content-Length says
            yield chunk
            position += len(chunk)
            if download is not None:
                download.add_sent(len(chunk))
    if download is not None and position == found.size:
        download.complete()


def _read_at(descriptor: int, position: int, length: int) -> bytes:
    return os.pread(descriptor, length, position)


def _joined(request: Request, name: str) -> str:
    """A list header, which may be sent as several lines (RFC 9110, section 5.3)."""
    return ",".join(request.headers.getlist(name))


def _accepts_gzip(header: str) -> bool:
    """Whether gzip is accepted and not less preferred than the identity coding."""
    offers = accept_weights(header)
    gzip_weight = offers.get("gzip", offers.get("*", 0.0))
    return gzip_weight > 0.0 and gzip_weight >= offers.get("identity", 0.0)


def _matches(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or etag in tags


def _parse_range(header: str, size: int) -> ByteRange | None:
    """One range of bytes; None for several ranges or an invalid one, which are answered with the whole file.

    Raises RangeNotSatisfiableError.
    """
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None or match.group(1) == match.group(2) == "":
        return None
    first, last = match.groups()
    if first == "":
        length = int(last)
        start = max(size - length, 0)
        if length == 0 or size == 0:
            raise _unsatisfiable(size)
        return ByteRange(start, size - 1)
    if last != "" and int(last) < int(first):
        return None
    if int(first) >= size:
        raise _unsatisfiable(size)
    return ByteRange(int(first), min(int(last), size - 1) if last else size - 1)


def _unsatisfiable(size: int) -> RangeNotSatisfiableError:
    return RangeNotSatisfiableError(f"The file has {size} bytes; ask for a range inside it.", size_bytes=size)
