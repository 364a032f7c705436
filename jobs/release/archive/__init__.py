"""One version as one file: everything of it, each file with its checksum, nothing else."""

from jobs.release.archive.pack import Exported, export_to_file, export_version
from jobs.release.archive.unpack import Imported, Wanted, import_from_file, import_version

__all__ = [
    "Exported",
    "Imported",
    "Wanted",
    "export_to_file",
    "export_version",
    "import_from_file",
    "import_version",
]
