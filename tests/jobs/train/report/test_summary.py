import pytest

from detector.boxes import Box
from detector.detections import Detection, GroundTruth
from detector.evaluation import Evaluation, evaluate
from jobs.train.report import summarise

BOX = Box(0.1, 0.1, 0.5, 0.5)
ELSEWHERE = Box(0.6, 0.6, 0.9, 0.9)


def measured(classes: list[tuple[str, int, int]], wrong: int = 0) -> Evaluation:
    """Classes as (label, objects, of which found), one object a photo, and some wrong boxes."""
    truth: list[list[GroundTruth]] = [[] for _ in range(wrong)]
    detections = [[Detection(0, 0.9, ELSEWHERE)] for _ in range(wrong)]
    for class_id, (_, objects, found) in enumerate(classes):
        truth += [[GroundTruth(class_id, BOX)] for _ in range(objects)]
        detections += [[Detection(class_id, 0.9, BOX)] if index < found else [] for index in range(objects)]
    return evaluate(truth, detections, [label for label, _, _ in classes], score_threshold=0.5)


@pytest.mark.parametrize(
    ("evaluation", "expected"),
    [
        (measured([("fox", 6, 5)]), "Finds 5 of 6 “fox”; of the 5 boxes it drew, 5 are right."),
        (measured([("fox", 1, 1)], wrong=0), "Finds 1 of 1 “fox”; of the 1 box it drew, 1 is right."),
        (
            measured([("fox", 200, 180), ("owl", 40, 37)], wrong=16),
            "Finds 90 of 100 “fox” and 9 of 10 “owl”; of 100 boxes it draws, 93 are right.",
        ),
        (measured([("fox", 300, 299)]), "Finds 99 of 100 “fox”; of 100 boxes it draws, 100 are right."),
        (measured([("fox", 50, 1)]), "Finds 1 of 10 “fox”; of the 1 box it drew, 1 is right."),
        (measured([("fox", 3, 0)]), "Finds 0 of 3 “fox”; it drew no box at all."),
        (
            measured([("fox", 3, 3), ("owl", 0, 0)]),
            "Finds 3 of 3 “fox”; of the 3 boxes it drew, 3 are right.",
        ),
        (
            measured([(label, 4, 2) for label in "abcde"]),
            "Finds 5 of 10 labelled objects; of the 10 boxes it drew, 10 are right.",
        ),
        (
            measured([("fox", 0, 0)], wrong=2),
            "There was nothing to find in the held-out photos; of the 2 boxes it drew, 0 are right.",
        ),
    ],
)
def test_says_what_it_finds_and_how_often_it_is_right(evaluation: Evaluation, expected: str) -> None:
    assert summarise(evaluation) == expected


def test_says_when_nothing_was_measured() -> None:
    assert "Not measured" in summarise(evaluate([], [], ["fox"], score_threshold=0.5))
    assert "Not measured" in summarise(evaluate([[]], [[]], ["fox"]))
