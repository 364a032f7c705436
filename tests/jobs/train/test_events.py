import json
from pathlib import Path

import pytest

from detector.errors import StoreError
from jobs.train.events import Event, EventLog, make_event


def test_each_event_reaches_the_caller_and_a_file_in_a_folder_made_for_it(tmp_path: Path) -> None:
    heard: list[Event] = []
    file = tmp_path / "new" / "events.jsonl"
    log = EventLog(heard.append, file)
    log(make_event("started"))
    log(make_event("failed", message="ünicode"))
    assert [json.loads(line) for line in file.read_text().splitlines()] == heard


def test_a_file_that_cannot_be_written_is_named_and_the_caller_hears_all_the_same(tmp_path: Path) -> None:
    heard: list[Event] = []
    with pytest.raises(StoreError, match=str(tmp_path)):
        EventLog(heard.append, tmp_path)(make_event("started"))
    assert len(heard) == 1
