from jobs.train.data.findings.data_report import describe
from jobs.train.data.problems import REMARKS, Problem, ProblemKind, faults


def problem(number: int, kind: ProblemKind = ProblemKind.MISSING_PHOTO) -> Problem:
    return Problem(f"{number}.xml", kind, "there is no such photo.")


def test_many_problems_are_shortened() -> None:
    assert describe([problem(1)], at_most=2) == "  1.xml: there is no such photo."
    assert describe(map(problem, range(5)), at_most=2).splitlines()[1:] == [
        "  1.xml: there is no such photo.",
        "  and 3 more",
    ]
    assert describe([], at_most=2) == ""


def test_remarks_are_no_faults() -> None:
    found = [problem(i, kind) for i, kind in enumerate(ProblemKind)]
    assert {p.kind for p in faults(found)} == set(ProblemKind) - REMARKS
