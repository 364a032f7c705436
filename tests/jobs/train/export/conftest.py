"""One exported version of each head, made once: exporting takes seconds, reading it takes none."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from jobs.train.config import HeadName
from jobs.train.export.result import ExportResult
from jobs.train.export.version import export_version
from jobs.train.network.network import Network
from tests.jobs.train.export.small_network import SIZE, pictures, small_network


@dataclass(frozen=True, slots=True)
class Exported:
    """What `export_version` was given and what it made."""

    network: Network
    artifacts: Path
    model: Path
    result: ExportResult


def export(head: HeadName, folder: Path) -> Exported:
    network = small_network(head)
    result = export_version(
        network,
        staged_artifacts=folder / "artifacts",
        staged_model=folder / "model",
        check_images=pictures(9, SIZE, seed=3),
        include_tfjs=True,
        name="animals",
        version=4,
    )
    return Exported(network, folder / "artifacts", folder / "model", result)


@pytest.fixture(scope="session")
def grid_export(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export("grid", tmp_path_factory.mktemp("grid"))


@pytest.fixture(scope="session")
def localizer_export(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export("localizer", tmp_path_factory.mktemp("localizer"))


@pytest.fixture(params=["grid", "localizer"])
def exported(request: pytest.FixtureRequest) -> Exported:
    """Both heads, one after the other."""
    found: Exported = request.getfixturevalue(f"{request.param}_export")
    return found
