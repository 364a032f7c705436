from pathlib import Path

import pytest

from detector.errors import StoreError
from jobs.train.events import make_event
from jobs.train.publish import write_history


def test_a_history_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").mkdir()
    with pytest.raises(StoreError, match=r"Cannot write .*history\.jsonl"):
        write_history(tmp_path / "history.jsonl", [make_event("started")])
