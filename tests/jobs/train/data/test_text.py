import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.train.data.text import clean_label, flag, image_size, number


@given(
    st.none()
    | st.text()
    | st.binary()
    | st.integers()
    | st.floats()
    | st.lists(st.integers())
    | st.booleans()
)
def test_anything_is_a_number_or_nan(value: object) -> None:
    assert isinstance(number(value), float)


def test_numbers_are_read_and_nothing_else_is_one() -> None:
    assert (number("12.5"), number(" 3 "), number(4), number("1e2")) == (12.5, 3, 4, 100)
    assert all(math.isnan(number(value)) for value in (None, True, "", "12,5", "0x10", "1_000", [1], 10**400))


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [("640", 480, (640, 480)), (640.0, "480.0", (640, 480)), (0, 0, None), (-1, 5, None), (None, 5, None),
     (3.5, 5, None), ("inf", 5, None), ("nan", 5, None)],
)  # fmt: skip
def test_only_a_whole_positive_size_is_stated(
    width: object, height: object, size: tuple[int, int] | None
) -> None:
    assert image_size(width, height) == size


def test_labels_are_compared_without_stray_spaces_and_in_one_unicode_form() -> None:
    assert clean_label("  big\t cat \n") == "big cat"
    assert clean_label("Ka\u0308nguru") == "Känguru"


@pytest.mark.parametrize("value", [True, 1, 1.0, "1", "1.0", " True ", "yes", b"1", b"true"])
def test_a_flag_that_is_set_is_read_however_it_is_written(value: object) -> None:
    assert flag(value) is True


@pytest.mark.parametrize(
    "value", [False, 0, 0.0, "0", "0.0", "false", "FALSE", "no", "", None, b"0", b"false"]
)
def test_a_flag_that_is_not_set_is_read_however_it_is_written(value: object) -> None:
    assert flag(value) is False


@pytest.mark.parametrize("value", ["maybe", 2, -1, "2", math.nan, [], [0], {"a": 1}, b"\xff", "nan"])
def test_what_is_no_flag_is_never_taken_for_one(value: object) -> None:
    with pytest.raises(ValueError, match="neither yes nor no"):
        flag(value)
