"""What an export made: files with sizes and checksums, and how far each kind is from the SavedModel."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jobs.train.export.runtimes.runtime import Kind


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file; `path` is relative to the version's folder under artifacts/ (SavedModel: under models/)."""

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ExportedKind:
    """One kind of artifact. Differences are from the SavedModel on the same tensors; None: not measured."""

    kind: Kind
    files: tuple[ExportedFile, ...]
    io_dtype: str
    min_runtime: str | None
    parity_max_box: float | None = None
    parity_max_score: float | None = None

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class ExportResult:
    """All kinds that were written and ran, and the outputs' names in each runtime's order."""

    kinds: tuple[ExportedKind, ...]
    outputs: dict[str, tuple[str, ...]]

    def __getitem__(self, kind: Kind) -> ExportedKind:
        """The kind of that name; KeyError when it was not made."""
        for exported in self.kinds:
            if exported.kind == kind:
                return exported
        raise KeyError(kind)


def describe_files(root: Path, main: Path) -> tuple[ExportedFile, ...]:
    """`main` first, then all other files below its folder if it is a model.json or a saved_model.pb."""
    others: Sequence[Path] = ()
    if main.name in ("model.json", "saved_model.pb"):
        others = sorted(path for path in main.parent.rglob("*") if path.is_file() and path != main)
    return tuple(_described(root, path) for path in (main, *others))


def _described(root: Path, path: Path) -> ExportedFile:
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return ExportedFile(path.relative_to(root).as_posix(), sha256, path.stat().st_size)
