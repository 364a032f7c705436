"""The evaluation in words a person understands at a glance."""

from detector.evaluation import ClassMetrics, Evaluation, ThresholdMetrics

COUNT_UP_TO = 20
"""Fewer than this are told as they are ("5 of 6"): a fraction of them would promise more than is known."""
HUNDREDS_FROM = 100
"""From here on fractions are told of 100, below of 10."""

NAMED_CLASSES = 4


def summarise(evaluation: Evaluation) -> str:
    """One line such as "Finds 9 of 10 “raccoon” and 5 of 6 “kangaroo”; of 10 boxes it draws, 9 are right."

    Says so where nothing was measured.
    """
    counts = evaluation.at_threshold
    if counts is None or evaluation.photos == 0:
        return "Not measured: there were no held-out photos."
    parts = [part for part in (_finds(evaluation, counts), _draws(counts)) if part]
    sentence = "; ".join(parts)
    return sentence[0].upper() + sentence[1:] + "."


def _finds(evaluation: Evaluation, counts: ThresholdMetrics) -> str:
    measured = [metrics for metrics in evaluation.per_class if metrics.ground_truth_boxes]
    if not measured:
        return "there was nothing to find in the held-out photos"
    if len(measured) > NAMED_CLASSES:
        return f"finds {_fraction(counts.true_positives, evaluation.ground_truth_boxes)} labelled objects"
    named = [_of_class(metrics) for metrics in measured]
    return "finds " + (" and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else named[0])


def _of_class(metrics: ClassMetrics) -> str:
    found = metrics.at_threshold.true_positives if metrics.at_threshold else 0
    return f"{_fraction(found, metrics.ground_truth_boxes)} “{metrics.label}”"


def _draws(counts: ThresholdMetrics) -> str:
    drawn = counts.true_positives + counts.false_positives
    if drawn == 0:
        return "it drew no box at all"
    if drawn < COUNT_UP_TO:
        verb = "is" if counts.true_positives == 1 else "are"
        boxes = "box" if drawn == 1 else "boxes"
        return f"of the {drawn} {boxes} it drew, {counts.true_positives} {verb} right"
    right, of = _rounded(counts.true_positives, drawn)
    return f"of {of} boxes it draws, {right} {'is' if right == 1 else 'are'} right"


def _fraction(part: int, whole: int) -> str:
    """`part` of `whole` as it is when there are few, else rounded."""
    return f"{part} of {whole}" if whole < COUNT_UP_TO else "{} of {}".format(*_rounded(part, whole))


def _rounded(part: int, whole: int) -> tuple[int, int]:
    """`part` of `whole` as a fraction of 10 or 100; all or nothing only when it is."""
    of = 100 if whole >= HUNDREDS_FROM else 10
    rounded = round(of * part / whole)
    if 0 < part < whole:
        rounded = min(max(rounded, 1), of - 1)
    return rounded, of
