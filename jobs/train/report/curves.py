"""The charts of the report: how training went, and precision against recall."""

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

from detector.evaluation import ClassMetrics, Evaluation
from jobs.train.events import Event
from jobs.train.report.charts import Chart, Series, count_axis, draw_chart, fraction_axis, value_axis

MAX_CURVES = 6
"""As many lines as a reader can tell apart; beyond it the classes with the most objects are drawn."""


def training_charts(history: Iterable[Event]) -> tuple[Chart, ...]:
    """Loss and validation AP50 over the epochs of both phases; empty when no epoch was recorded."""
    epochs = _unbroken(history)
    charts = (_loss_chart(epochs), _accuracy_chart(epochs))
    return tuple(chart for chart in charts if chart is not None)


def _unbroken(history: Iterable[Event]) -> list[Event]:
    """Epoch events in order; of an epoch told twice (a resumed run tells its past again), the last."""
    epochs = {
        (event.get("phase"), event.get("epoch")): event for event in history if event.get("event") == "epoch"
    }
    return list(epochs.values())


def _points(epochs: Sequence[Event], values: Sequence[Any]) -> tuple[tuple[float, float], ...]:
    numbered = zip(range(1, len(epochs) + 1), values, strict=True)
    return tuple((float(epoch), float(value)) for epoch, value in numbered if _is_number(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and isfinite(value)


def _dividers(epochs: Sequence[Event]) -> list[tuple[float, str]]:
    """Where each phase begins, half an epoch before its first one."""
    phases = [event.get("phase") for event in epochs]
    return [
        (index + 0.5, f"phase {phase}")
        for index, phase in enumerate(phases)
        if index and phase != phases[index - 1]
    ]


def _loss_chart(epochs: Sequence[Event]) -> Chart | None:
    total = _points(epochs, [event.get("loss") for event in epochs])
    if not total:
        return None
    parts = _loss_parts(epochs)
    values = [value for _, points in parts for _, value in points] + [value for _, value in total]
    return draw_chart(
        title="Training loss",
        description=f"Loss by epoch, {total[0][1]:.3g} in the first and {total[-1][1]:.3g} in the last.",
        x=count_axis("epoch", len(epochs)),
        y=value_axis("loss", values),
        series=[Series("total", total), *(Series(name, points) for name, points in parts)],
        dividers=_dividers(epochs),
    )


def _loss_parts(epochs: Sequence[Event]) -> list[tuple[str, tuple[tuple[float, float], ...]]]:
    """The parts that the total is the sum of, where there is more than one."""
    losses: list[dict[str, Any]] = [dict(event.get("losses") or {}) for event in epochs]
    names = list(dict.fromkeys(name for epoch in losses for name in epoch))
    if len(names) < 2:
        return []
    return [
        (name, _points(epochs, [epoch.get(name) for epoch in losses])) for name in names[: MAX_CURVES - 1]
    ]


def _accuracy_chart(epochs: Sequence[Event]) -> Chart | None:
    ap50 = _points(epochs, [event.get("val_ap50") for event in epochs])
    ap = _points(epochs, [event.get("val_ap") for event in epochs])
    if not ap50:
        return None
    best = max(ap50, key=lambda point: point[1])
    highest = f"{best[1]:.3f} after epoch {best[0]:.0f}"
    lines = [Series("AP50", ap50, mark=best), *([Series("AP", ap)] if ap else [])]
    return draw_chart(
        title="Accuracy on validation photos",
        description=f"AP50 of each epoch; the dot is the highest, {highest}.",
        x=count_axis("epoch", len(epochs)),
        y=fraction_axis("average precision"),
        series=lines,
        dividers=_dividers(epochs),
        mark_meaning=f"highest AP50, {highest}",
    )


def precision_recall_chart(evaluation: Evaluation) -> Chart | None:
    """Precision at every recall, a line a class, with a dot at the score threshold; None without objects."""
    measured = [metrics for metrics in evaluation.per_class if metrics.curve is not None]
    if not measured:
        return None
    drawn = sorted(measured, key=lambda metrics: -metrics.ground_truth_boxes)[:MAX_CURVES]
    series = [_curve(metrics) for metrics in measured if metrics in drawn]
    ap50 = ", ".join(f"{metrics.label} {metrics.ap50:.3f}" for metrics in drawn)
    return draw_chart(
        title="Precision and recall",
        description=f"Precision falls as recall rises; the areas under the curves (AP50) are {ap50}.",
        x=fraction_axis("recall: share of the objects that are found"),
        y=fraction_axis("precision: share of the boxes that are right"),
        series=series,
        mark_meaning="at this version's score threshold" if any(one.mark for one in series) else "",
    )


def _curve(metrics: ClassMetrics) -> Series:
    points = zip(metrics.curve.recall, metrics.curve.precision, strict=True) if metrics.curve else ()
    reached = [(recall, precision) for recall, precision in points if precision > 0]
    counts = metrics.at_threshold
    mark = (
        (counts.recall, counts.precision)
        if counts and counts.recall is not None and counts.precision is not None
        else None
    )
    return Series(metrics.label, tuple(reached), mark)
