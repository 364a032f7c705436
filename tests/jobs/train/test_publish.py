from pathlib import Path

import pytest

from detector.errors import StoreError
from jobs.train.events import make_event
from jobs.train.export.result import ExportedFile, ExportedKind
from jobs.train.publish import exported_event, write_history
from jobs.train.result import MeasuredKind
from tests.jobs.train.report.examples import example_data


def test_a_history_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").mkdir()
    with pytest.raises(StoreError, match=r"Cannot write .*history\.jsonl"):
        write_history(tmp_path / "history.jsonl", [make_event("started")])


def test_a_kind_that_is_left_out_is_told_with_its_own_size_and_numbers() -> None:
    files = (ExportedFile("tflite/int8.tflite", "0" * 64, 4_200_000),)
    exported = ExportedKind("tflite_int8", files, "float32", None)
    kind = MeasuredKind(exported, [], example_data().evaluation, 12.5)
    event = exported_event(kind, left_out="too poor")
    assert (event["size_bytes"], event["left_out"]) == (4_200_000, "too poor")
    assert event["ap50"] == kind.evaluation.ap50
    assert "left_out" not in exported_event(kind, left_out=None)
