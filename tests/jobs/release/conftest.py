"""Stores with versions to release. The tiny graph is built once a process; a store is its files."""

import shutil
from pathlib import Path

import pytest

from jobs.registry import Registry
from tests.jobs.release.making import Making, publish


@pytest.fixture(scope="session")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 1 is stable, 2 is canary and as good. Nobody changes it."""
    store = Registry(tmp_path_factory.mktemp("two-versions") / "store")
    publish(store)
    publish(store, Making(score_scale=0.9))
    return store.root


@pytest.fixture
def store(two_versions: Path, tmp_path: Path) -> Registry:
    """The same as one's own, which TensorFlow Serving finds where it is."""
    root = tmp_path / "store"
    shutil.copytree(two_versions, root)
    config = root / "models.config"
    config.write_text(config.read_text().replace("/store/models", f"{root}/models"))
    return Registry(root)
