"""Archives that no export writes: any member in any order, with any header."""

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.store.contents import CONTENTS


@dataclass(frozen=True, slots=True)
class Member:
    """A tar member; `kind` is its type flag, `size` what its header claims (by default the truth)."""

    path: str
    content: bytes = b""
    kind: bytes = tarfile.REGTYPE
    link: str = ""
    size: int | None = None


def members_of(archive: Path) -> list[Member]:
    """The members of an archive that was exported, the contents first."""
    with tarfile.open(archive) as tar:
        return [Member(entry.name, _content(tar, entry)) for entry in tar.getmembers()]


def write(archive: Path, members: list[Member], *, tail: bytes = b"\0" * 1024) -> Path:
    """Write an archive of these members as they are."""
    blocks = b"".join(_blocks(member) for member in members)
    archive.write_bytes(gzip.compress(blocks + tail, compresslevel=1))
    return archive


def with_contents(members: list[Member], **changes: Any) -> list[Member]:
    """The same members, with fields of the contents changed."""
    contents = json.loads(members[0].content) | changes
    return [Member(CONTENTS, json.dumps(contents).encode()), *members[1:]]


def with_file(members: list[Member], path: str, content: bytes) -> list[Member]:
    """The same with one more file that the contents name too."""
    files = [*json.loads(members[0].content)["files"], listed(path, content)]
    return [*with_contents(members, files=files), Member(path, content)]


def listed(path: str, content: bytes, **changes: Any) -> dict[str, Any]:
    """A file as the contents name it."""
    sha256 = hashlib.sha256(content).hexdigest()
    return {"path": path, "sha256": sha256, "size_bytes": len(content)} | changes


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(entry)
    assert file is not None
    return file.read()


def _blocks(member: Member) -> bytes:
    header = tarfile.TarInfo(member.path)
    header.type, header.linkname = member.kind, member.link
    header.size = len(member.content) if member.size is None else member.size
    padding = bytes(-len(member.content) % tarfile.BLOCKSIZE)
    out = io.BytesIO()
    out.write(header.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape"))
    return out.getvalue() + member.content + padding
