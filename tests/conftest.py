"""What tests of several rooms share: one version that was really trained, made when first asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from detector.store.store import Store
    from jobs.train import Event, Version


@dataclass(frozen=True, slots=True)
class Trained:
    """A version that was really trained and published, with every event on the way."""

    store: "Store"
    version: "Version"
    events: "list[Event]"


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    # Imported here, so that tests which do not ask for it start without TensorFlow.
    from detector.store.store import Store
    from jobs.train import train
    from tests.jobs.train.making import tiny_config

    root: Path = tmp_path_factory.mktemp("trained") / "store"
    events: list[Event] = []
    version = train(tiny_config(root), events.append)
    return Trained(Store(root), version, events)
