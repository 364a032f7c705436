"""Where the gate's bounds lie, and why there.

Few photos are held out, often forty: two trainings of the same data differ in AP50 by 0.02 or 0.03 there by chance, and
a gate that asks for proof of "not worse" would refuse every second good version. So a loss is refused when it is
certain (the 95% interval of the paired bootstrap lies below 0) or so large that chance is a poor bet (the bounds
below). The same holds for boxes drawn where there is nothing.
"""

from detector.evaluation import PairedDifference

SMALL_LOSS_OF_AP50 = 0.01
"""With many photos every difference becomes certain; one that nobody would notice is let through all the same."""

LARGE_LOSS_OF_AP50 = 0.05
"""Refused however wide the interval: about two standard deviations of chance on forty photos."""

SMALL_RISE_OF_FALSE_POSITIVES = 0.05
"""Boxes a photo: one more on every twentieth photo without objects."""

LARGE_RISE_OF_FALSE_POSITIVES = 0.25
"""Boxes a photo: one more on every fourth."""

LARGEST_GROWTH = 2.0
"""Of a file that phones download, against the stable version's; more is a wrong option rather than a better version."""

AP50_RULE = f"at most {LARGE_LOSS_OF_AP50} lower; a loss above {SMALL_LOSS_OF_AP50} must not be certain (95% interval)"
FALSE_POSITIVES_RULE = (
    f"at most {LARGE_RISE_OF_FALSE_POSITIVES} higher; a rise above {SMALL_RISE_OF_FALSE_POSITIVES} must not be "
    "certain (95% interval)"
)


def ap50_is_kept(paired: PairedDifference) -> bool:
    """`paired` is the candidate's AP50 less the stable version's."""
    return _is_bearable(
        loss=-paired.difference,
        is_certain=paired.interval.high < 0,
        small=SMALL_LOSS_OF_AP50,
        large=LARGE_LOSS_OF_AP50,
    )


def silence_is_kept(paired: PairedDifference) -> bool:
    """`paired` is the candidate's false positives per empty photo less the stable version's."""
    return _is_bearable(
        loss=paired.difference,
        is_certain=paired.interval.low > 0,
        small=SMALL_RISE_OF_FALSE_POSITIVES,
        large=LARGE_RISE_OF_FALSE_POSITIVES,
    )


def _is_bearable(*, loss: float, is_certain: bool, small: float, large: float) -> bool:
    return loss <= small or (loss <= large and not is_certain)
