"""Labels as the real server takes them with --allow_version_labels_for_unavailable_models."""

from pathlib import Path
from typing import Any

import pytest
from tensorflow_serving.config import model_server_config_pb2

from tests.serving_standin.versions import Manager, Refused


def config(base: Path, **labels: int) -> Any:
    wanted: Any = model_server_config_pb2.ModelServerConfig()
    entry = wanted.model_config_list.config.add(name="detector", base_path=str(base))
    entry.version_labels.update(labels)
    return wanted


def test_a_label_may_wait_for_its_version_and_not_move_to_one_that_is_not_there(tmp_path: Path) -> None:
    manager = Manager(labels_before_loading=True)
    manager.configure(config(tmp_path, stable=1))
    manager.configure(config(tmp_path, stable=1))
    manager.configure(config(tmp_path, stable=1, canary=2))
    with pytest.raises(Refused, match="cannot move to version 3"):
        manager.configure(config(tmp_path, stable=3))


def test_without_the_flag_no_label_waits(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not available"):
        Manager(labels_before_loading=False).configure(config(tmp_path, stable=1))
