"""Whether two programs say the same of a photo."""

from collections.abc import Sequence

import numpy as np

from detector.boxes import as_array, intersection_over_union
from detector.detections import Detection

MARGIN = 0.05
SAME_OVERLAP = 0.9


def assert_equal(found: Sequence[Detection], expected: Sequence[Detection], *, tolerance: float) -> None:
    """The same detections in the same order, edges and scores within `tolerance`; some at least."""
    assert expected, "There is nothing on the photo: this shows nothing."
    assert [each.class_id for each in found] == [each.class_id for each in expected]
    np.testing.assert_allclose(
        [each.score for each in found], [each.score for each in expected], atol=tolerance
    )
    np.testing.assert_allclose(
        as_array(each.box for each in found), as_array(each.box for each in expected), atol=tolerance
    )


def assert_agree(
    found: Sequence[Detection],
    expected: Sequence[Detection],
    *,
    score_threshold: float,
    overlap: float = SAME_OVERLAP,
) -> None:
    """What either is sure of, the other has too: the promise for the same photo by different decoders."""
    sure = [each for each in expected if each.score >= score_threshold + MARGIN]
    assert sure, "Nothing on the photo is sure: this shows nothing."
    for ours, theirs in ((found, expected), (expected, found)):
        for each in ours:
            if each.score >= score_threshold + MARGIN:
                same = [other for other in theirs if other.class_id == each.class_id]
                overlaps = intersection_over_union(as_array([each.box]), as_array(o.box for o in same))
                assert overlaps.max(initial=0.0) >= overlap, each
