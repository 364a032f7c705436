"""Names of models: safe as folder, URL segment and label value."""

from pathlib import PurePosixPath
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import InvalidRequestError
from detector.names import check_model_name, is_model_name


@pytest.mark.parametrize("name", ["detector", "a", "0", "my-model_2", "X" * 63])
def test_plain_names_pass(name: str) -> None:
    assert check_model_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-a", "_a", "a.b", "a\n", "é", "X" * 64])
def test_other_names_are_refused_with_the_rule(name: str) -> None:
    with pytest.raises(InvalidRequestError, match="use up to 63 letters, digits, '-' and '_'"):
        check_model_name(name)


@given(st.text(max_size=70) | st.from_regex(r"[A-Za-z0-9_./-]{1,64}"))
def test_what_passes_is_one_segment_of_a_path_and_of_an_address(name: str) -> None:
    if is_model_name(name):
        assert PurePosixPath(name).parts == (name,)
        assert not name.startswith((".", "-"))
        assert quote(name) == name
