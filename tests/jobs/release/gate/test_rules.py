"""Which differences the gate bears: small ones, and larger ones that may be chance."""

import pytest

from detector.evaluation import PairedDifference
from detector.evaluation.results import Interval
from jobs.release.gate.rules import ap50_is_kept, silence_is_kept


def difference(value: float, low: float, high: float) -> PairedDifference:
    return PairedDifference(value, Interval(low, high))


@pytest.mark.parametrize(
    ("value", "low", "high", "is_kept"),
    [
        (0.00, 0.00, 0.00, True),
        (+0.30, 0.20, 0.40, True),
        (-0.01, -0.012, -0.008, True),  # certain, and nobody would notice
        (-0.02, -0.05, 0.01, True),  # may be chance
        (-0.02, -0.03, -0.01, False),  # certain
        (-0.05, -0.20, 0.10, True),
        (-0.06, -0.20, 0.08, False),  # so much that chance is a poor bet
    ],
)
def test_a_loss_of_ap50(value: float, low: float, high: float, is_kept: bool) -> None:
    assert ap50_is_kept(difference(value, low, high)) is is_kept


@pytest.mark.parametrize(
    ("value", "low", "high", "is_kept"),
    [
        (0.00, 0.00, 0.00, True),
        (-0.50, -0.70, -0.30, True),
        (+0.05, 0.01, 0.09, True),
        (+0.20, 0.00, 0.40, True),
        (+0.20, 0.05, 0.40, False),
        (+0.26, 0.00, 0.90, False),
    ],
)
def test_a_rise_of_false_positives(value: float, low: float, high: float, is_kept: bool) -> None:
    assert silence_is_kept(difference(value, low, high)) is is_kept
