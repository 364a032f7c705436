from typing import Any, cast

import numpy as np

from jobs.train.config import TrainConfig
from jobs.train.data.findings.data_report import DataReport
from jobs.train.data.photos import LabelledPhoto, Split
from jobs.train.prepare import PreparedData
from jobs.train.result import TrainingResult


def photo(name: str) -> LabelledPhoto:
    pixels = np.zeros((8, 8, 3), np.uint8)
    return LabelledPhoto(name, name, pixels, pixels, ())


def result_of(split: Split) -> TrainingResult:
    none: Any = None
    return TrainingResult(TrainConfig(), PreparedData((), split, cast(DataReport, none)), none, none, (), 0.0)


def test_photos_that_judge_and_were_trained_on_too_are_counted() -> None:
    a, b, c = map(photo, "abc")
    assert result_of(Split(train=(a, b), val=(b, c))).also_trained_on == 1
    assert result_of(Split(train=(a, b), val=(a, b), test=(c,))).also_trained_on == 0
