import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from detector.errors import ModelUnavailableError
from detector.images import Pixels
from detector.outputs import Floats
from detector.store import Store
from services.gateway.deadline import Deadline
from services.gateway.engines import embedded
from services.gateway.engines.embedded import EmbeddedEngine, LoadedInterpreter
from services.gateway.engines.engine import Inference, VersionFiles

MOST = 3


@pytest.fixture
def files(tiny_store: Store) -> VersionFiles:
    size = tiny_store.manifest("detector", 1).input.width
    return VersionFiles("detector", 1, size, tiny_store.artifacts_dir("detector", 1))


class Counted(LoadedInterpreter):
    """Says how many were made, and holds a photo back until `meeting` of them are in work."""

    made: ClassVar[list["Counted"]] = []
    meeting: ClassVar[threading.Barrier | None] = None

    def __init__(self, content: bytes, size: int, *, threads: int) -> None:
        self.ready = False
        self.threads = threads
        super().__init__(content, size, threads=threads)
        self.ready = True
        self.made.append(self)

    def __call__(self, pixels: Pixels) -> tuple[Floats, ...]:
        if self.ready and self.meeting is not None:
            self.meeting.wait(timeout=10)
        return super().__call__(pixels)


def test_a_photo_alone_has_all_threads_and_photos_that_come_together_one_each(
    files: VersionFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "LoadedInterpreter", Counted)
    monkeypatch.setattr(Counted, "made", [])
    runner = EmbeddedEngine(kind="tflite_f32", workers=MOST).load(files)
    picture = np.full((files.size, files.size, 3), (200, 0, 0), np.uint8)

    def ask(_: int = 0) -> Inference:
        return runner.run(picture, channel=None, deadline=Deadline.after(10))

    answers = [ask() for _ in range(5)]
    assert [interpreter.threads for interpreter in Counted.made] == [MOST]
    monkeypatch.setattr(Counted, "meeting", threading.Barrier(MOST))
    with ThreadPoolExecutor(MOST) as pool:
        answers += pool.map(ask, range(4 * MOST))
    assert MOST <= len(Counted.made) <= 1 + MOST
    assert {interpreter.threads for interpreter in Counted.made[1:]} == {1}
    for answer in answers:
        assert np.array_equal(answer.raw.boxes, answers[0].raw.boxes)
        assert np.array_equal(answer.raw.scores, answers[0].raw.scores)


def test_a_file_that_is_no_model_is_named(files: VersionFiles, tmp_path: Path) -> None:
    (tmp_path / "tflite").mkdir()
    (tmp_path / "tflite" / "f32.tflite").write_bytes(b"no model")
    broken = VersionFiles("detector", 7, files.size, tmp_path)
    with pytest.raises(ModelUnavailableError, match=r"Version 7 .*f32\.tflite"):
        EmbeddedEngine(kind="tflite_f32", workers=1).load(broken)
