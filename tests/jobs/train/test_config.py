import re
from typing import Any

import pytest

from detector.errors import InvalidRequestError
from jobs.train.config import TrainConfig


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 100}, "--size 100 is not a multiple of 32"),
        ({"size": 64}, "from 96 to 512"),
        ({"alpha": 0.3}, "--alpha 0.3 is not one of 0.25, 0.5, 0.75, 1.0"),
        ({"head": "anchors"}, "--head anchors is not one of grid, localizer"),
        ({"unfreeze": 13}, "--unfreeze 13 is not from 0 to 12"),
        ({"head": "localizer", "unfreeze": 11}, "--unfreeze 11 is not from 0 to 10"),
        ({"batch_size": 0}, "--batch-size 0 is less than 1"),
        ({"max_minutes": 0.0}, "--max-minutes 0.0 is not above 0"),
        ({"seed": 2**32}, f"--seed {2**32} is more than {2**31}"),
        ({"val_fraction": 1.0}, "--val-fraction 1.0 is not below 1"),
        ({"val_fraction": float("nan")}, "--val-fraction nan is not above 0"),
        ({"phase1_epochs": 0, "phase2_epochs": 0}, "train nothing"),
        ({"max_minutes": float("nan")}, "--max-minutes nan is not above 0"),
        ({"max_minutes": float("inf")}, "--max-minutes inf is not a finite number"),
        ({"phase1_learning_rate": float("inf")}, "--phase1-learning-rate inf is not a finite number"),
        ({"name": "../zoo"}, "'../zoo' is not a model name"),
    ],
)
def test_an_impossible_option_is_named_with_what_is_possible(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequestError, match=re.escape(message)):
        TrainConfig(**options)


def test_the_localizer_refuses_three_classes() -> None:
    with pytest.raises(InvalidRequestError, match="at most 2 classes apart and this dataset has 3"):
        TrainConfig(head="localizer").check_labels(("a", "b", "c"))
    TrainConfig(head="grid").check_labels(("a", "b", "c"))


@pytest.mark.parametrize("size", range(96, 513, 32))
def test_every_size_of_the_range_is_taken(size: int) -> None:
    assert TrainConfig(size=size).image_size == size
