"""What tests of several rooms share: stores with versions, tiny ones and really trained ones, made when asked for."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from jobs.registry import Registry
    from jobs.train import Event, TrainConfig, Version

NEEDED_BY = {
    "tensorflow": (
        "services/gateway/test_tiny_graph.py",
        "services/serving/test_model_config.py",
        "services/serving/test_model_status_wire.py",
        "services/serving/test_prediction_wire.py",
    ),
    "cv2": ("services/gateway/lan/test_pages.py", "services/gateway/lan/test_serving.py"),
}
"""Tests that `make test-light` leaves out, by the module that requirements/light.lock lacks."""
collect_ignore = [path for module, paths in NEEDED_BY.items() if find_spec(module) is None for path in paths]

# How long one example takes is the machine's affair: tests must hold beside other work.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_report_header() -> str:
    left_out = ", ".join(collect_ignore)
    return f"left out, since their packages are not installed: {left_out}" if left_out else ""


@dataclass(frozen=True, slots=True)
class Trained:
    """A version that was really trained and published, with every event on the way."""

    store: "Registry"
    version: "Version"
    events: "list[Event]"


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Trained in seconds: everything is there, but it finds nothing."""
    # Imported here, so that tests which do not ask for it start without TensorFlow.
    from tests.jobs.train.making import tiny_config

    return _train(tiny_config(tmp_path_factory.mktemp("trained") / "store"))


@pytest.fixture(scope="session")
def competent(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Trained for a minute: it finds most shapes. For slow tests."""
    from tests.jobs.train.making import competent_config

    return _train(competent_config(tmp_path_factory.mktemp("competent") / "store"))


@pytest.fixture(scope="session")
def tiny_store(tmp_path_factory: pytest.TempPathFactory) -> "Registry":
    """Version 1 is stable; version 2 is canary and half as sure of everything. Nobody changes it."""
    from jobs.registry import Registry
    from tests.services.gateway.tiny import publish_tiny

    store = Registry(tmp_path_factory.mktemp("tiny-store"))
    publish_tiny(store)
    publish_tiny(store, score_scale=0.5)
    return store


@pytest.fixture
def own_store(tmp_path: Path) -> "Registry":
    """A store of one's own with version 1, as tiny."""
    from jobs.registry import Registry
    from tests.services.gateway.tiny import publish_tiny

    store = Registry(tmp_path / "store")
    publish_tiny(store)
    return store


def _train(config: "TrainConfig") -> Trained:
    from jobs.registry import Registry
    from jobs.train import train

    events: list[Event] = []
    version = train(config, events.append)
    return Trained(Registry(config.store), version, events)
