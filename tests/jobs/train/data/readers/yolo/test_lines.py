import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.train.data.readers.yolo.lines import parse_line

NAMES = frozenset({"cat", "traffic light", "car 2", "Küche"})


@pytest.mark.parametrize(
    "line",
    [
        "1 0.5 0.25 0.125 0.5",
        "1\t0.5\t0.25\t0.125\t0.5",
        "1,0.5,0.25,0.125,0.5",
        "1, 0.5, 0.25, 0.125, 0.5",
        "1;0.5;0.25;0.125;0.5",
        "1 0,5 0,25 0,125 0,5",
        "1;0,5;0,25;0,125;0,5",
        "1.0 5e-1 .25 0.125 +0.5\r",
    ],
)
def test_a_line_is_read_however_its_numbers_are_written(line: str) -> None:
    row = parse_line(line)
    assert (row.class_id, row.values) == (1, (0.5, 0.25, 0.125, 0.5))


@pytest.mark.parametrize("name", ["cat", "traffic light", "car 2", "Ku\u0308che"])
def test_a_class_may_be_called_by_its_name(name: str) -> None:
    row = parse_line(f"{name} 0.5 0.25 0.125 0.5", names=NAMES)
    assert row.class_id in NAMES
    assert row.values == (0.5, 0.25, 0.125, 0.5)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "is not numbers"),
        ("bad", "is not numbers"),
        ("0 0.5 0.25 x 0.5", "is not numbers"),
        ("10 20 30 40 plane 0", "is not numbers"),
        ("0 0.5 0.25 1_0 0.5", "is not numbers"),
        ("bird 0.5 0.25 0.1 0.5", "does not begin with the number or the name of a class"),
        ("0.5 0.5 0.25 0.1 0.5", "does not begin with the number or the name of a class"),
        ("-1 0.5 0.25 0.1 0.5", "does not begin with the number or the name of a class"),
        ("0 0.5 0.25 0.1", "has 3 coordinates where a box has 4"),
        ("0 0.5 0,25 0.1 0.5", "has decimal commas and points"),
        ("0 nan 0.25 0.1 0.5", "coordinates that are no numbers"),
        ("0 inf 0.25 0.1 0.5", "coordinates that are no numbers"),
    ],
)
def test_a_line_that_is_no_row_says_why(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_line(line, names=NAMES)


@given(st.text() | st.text(alphabet="0123456789.,;- \tcateEnif_"))
def test_any_line_is_a_row_or_refused(line: str) -> None:
    with contextlib.suppress(ValueError):
        assert len(parse_line(line, names=NAMES).values) >= 4
