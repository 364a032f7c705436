"""What is said of a dataset on a terminal: before a training, by `detector check` and by `detector convert`."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from jobs.train.check import CheckedData
from jobs.train.data.findings.data_report import ClassCount
from jobs.train.data.problems import REMARKS, Problem, ProblemKind, faults
from jobs.train.data.writers.convert import Converted
from jobs.train.prepare import PreparedData
from jobs.train.wording import counted

FEW_PROBLEMS = 40
"""As many are listed in full; of more, each kind shows its first ones."""
SHOWN_OF_A_KIND = 5
SHOWN_BEFORE_TRAINING = 12
COUNTED_REMARKS = (ProblemKind.NEAR_DUPLICATE, ProblemKind.VIDEO_FRAMES)
"""Remarks that one line before a training already counts: they must not crowd out the others."""
SIDE_NAMES = {"train": "to train on", "val": "to validate on", "test": "to test on"}


def report_lines(checked: CheckedData, *, page: Path | None = None) -> list[str]:
    """What is in the data, how it would be divided, what is wrong with it, and what would help."""
    report = checked.report
    classes = report.classes if report.photos else ()
    lines = [
        f"{report.source}: {counted(report.photos, 'usable photo')} in format {report.format}, "
        f"{counted(report.boxes, 'box', 'boxes')}, {counted(report.negatives, 'photo')} without objects",
        *_class_lines(classes),
        *_side_lines(checked),
        *_all_problem_lines(report.problems),
        *_section("What would help most:", (f"  {sentence}" for sentence in report.advice)),
    ]
    if page is not None:
        lines += ["", f"Every photo with its boxes: open {page}"]
    elif report.photos:
        lines += ["", "Do the boxes sit right? --html check.html writes a page that shows them all."]
    return lines


def summary_lines(data: PreparedData) -> list[str]:
    """What a training says of its photos before it begins."""
    report, split = data.report, data.split
    counts = ", ".join(f"{c.label} {c.boxes} boxes in {c.photos} photos" for c in report.classes)
    lines = [
        f"Data: {report.source} ({report.format}): {report.photos} photos, {report.negatives} without objects",
        f"  {counts}",
        f"  {len(split.train)} to train on, {len(split.val)} to validate on"
        + (f", {len(split.test)} to test on" if split.test else ""),
    ]
    if report.grouped.groups:
        lines.append(f"  {report.grouped}")
    bad = faults(report.problems)
    remarks = sorted(
        (problem for problem in report.problems if problem.kind in REMARKS),
        key=lambda p: p.kind in COUNTED_REMARKS,
    )
    for name, found in (("problem", bad), ("remark", remarks)):
        if found:
            lines.append(f"  {len(found)} {name}{'' if len(found) == 1 else 's'}:")
            lines += [f"    {problem}" for problem in found[:SHOWN_BEFORE_TRAINING]]
        if len(found) > SHOWN_BEFORE_TRAINING:
            lines.append(f"    and {len(found) - SHOWN_BEFORE_TRAINING} more: all are in the report")
    return lines + [f"  {sentence}" for sentence in (*report.advice, *split.notes)]


def converted_lines(converted: Converted, *, out: Path, to: str) -> list[str]:
    """What was written where, what was changed on the way, and what of the data was left out."""
    report, encoded = converted.report, converted.changes.get("encoded", 0)
    sides = ", ".join(f"{count} {SIDE_NAMES[side]}" for side, count in converted.sides.items())
    return [
        f"{out}: {counted(report.photos, 'photo')} and {counted(report.boxes, 'box', 'boxes')} in format {to}, "
        f"read as {report.format}",
        f"  {sides}",
        *([f"  {counted(encoded, 'photo')} turned upright or made a JPEG"] if encoded else []),
        *_all_problem_lines(report.problems),
    ]


def _section(title: str, lines: Iterable[str]) -> list[str]:
    listed = list(lines)
    return ["", title, *listed] if listed else []


def _class_lines(classes: tuple[ClassCount, ...]) -> list[str]:
    width = max((len(entry.label) for entry in classes), default=0)
    return _section(
        "Classes:",
        (
            f"  {entry.label:<{width}}  {counted(entry.boxes, 'box', 'boxes')} in {counted(entry.photos, 'photo')}"
            for entry in classes
        ),
    )


def _side_lines(checked: CheckedData) -> list[str]:
    parts = [f"{count} {SIDE_NAMES[side]}" for side, count in checked.sides.items() if count]
    told = [*checked.notes, *([str(checked.report.grouped)] if checked.report.grouped.groups else [])]
    return ["", f"Split: {', '.join(parts)}", *(f"  {sentence}" for sentence in told)] if parts else []


def _all_problem_lines(problems: Sequence[Problem]) -> list[str]:
    bad = faults(problems)
    remarks = [problem for problem in problems if problem not in bad]
    every_one = len(problems) <= FEW_PROBLEMS
    return [
        *([] if bad else ["", "No faults were found."]),
        *_problem_lines("fault", "what is wrong, and what is done about it", bad, every_one=every_one),
        *_problem_lines("remark", "nothing is wrong, but good to know", remarks, every_one=every_one),
    ]


def _problem_lines(name: str, meaning: str, problems: Iterable[Problem], *, every_one: bool) -> list[str]:
    """The problems by kind, the most frequent kind first."""
    kinds = [list(group) for _, group in groupby(sorted(problems, key=_kind), key=_kind)]
    kinds.sort(key=len, reverse=True)
    lines = []
    for group in kinds:
        shown = group if every_one else group[:SHOWN_OF_A_KIND]
        lines.append(f"  {_kind(group[0]).replace('_', ' ')} ({len(group)}):")
        lines += [f"    {problem}" for problem in shown]
        if len(shown) < len(group):
            lines.append(f"    and {len(group) - len(shown)} more; detector check --json lists them all")
    return _section(f"{counted(sum(map(len, kinds)), name).capitalize()} ({meaning}):", lines)


def _kind(problem: Problem) -> str:
    return problem.kind.value
