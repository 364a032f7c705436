from jobs.train.data.findings.advice import advise
from jobs.train.data.findings.data_report import ClassCount


def test_enough_of_everything_needs_no_advice() -> None:
    assert advise((ClassCount("cat", 200, 300), ClassCount("dog", 200, 250)), photos=400, negatives=40) == ()


def test_a_handful_of_photos_is_told_what_to_expect_and_add() -> None:
    lines = advise((ClassCount("cat", 8, 8), ClassCount("dog", 2, 2)), photos=10, negatives=0)
    assert lines[0].startswith("Only 10 photos")
    assert any("'cat' has 8 boxes in 8 photos" in line and "Add 92" in line for line in lines)
    assert any("'cat' has 8 boxes and 'dog' 2" in line for line in lines)
    assert any("0 of 10 photos show none of the classes" in line for line in lines)


def test_a_single_class_is_not_compared_with_itself() -> None:
    assert not any(
        "rarer" in line for line in advise((ClassCount("cat", 150, 150),), photos=150, negatives=50)
    )
