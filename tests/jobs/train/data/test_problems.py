from hypothesis import given
from hypothesis import strategies as st

from jobs.train.data.problems import Problem, ProblemKind, printable


def test_what_strangers_wrote_cannot_act_on_a_terminal_or_break_a_report() -> None:
    problem = Problem("a\x1b[2J.xml", ProblemKind.MISSING_PHOTO, "names '\ud800\n\u202e'; left out.")
    assert str(problem) == "a\\x1b[2J.xml: names '\\ud800\\n\\u202e'; left out."


@given(st.text() | st.text(st.characters(categories=("Cs", "Cc"))))
def test_any_text_can_be_printed(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(text).encode().decode() == printable(text)


def test_ordinary_names_stay_as_they_are() -> None:
    assert printable("Känguru – 袋鼠 (1).jpg") == "Känguru – 袋鼠 (1).jpg"
