from dataclasses import dataclass
from pathlib import Path

import pytest

from detector.store.store import Store
from jobs.train import Event, Version, train
from tests.jobs.train.making import tiny_config


@dataclass(frozen=True, slots=True)
class Trained:
    """A version that was really trained and published, with every event on the way."""

    store: Store
    version: Version
    events: list[Event]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    root: Path = tmp_path_factory.mktemp("trained") / "store"
    events: list[Event] = []
    version = train(tiny_config(root), events.append)
    return Trained(Store(root), version, events)
