"""`detector evaluate`: any kind of any version on any dataset, by the code that wrote the report."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.evaluation import DEFAULT_RESAMPLES, Evaluation, evaluate, evaluation_to_json
from jobs.train.data.findings.data_report import DataReport
from jobs.train.data.open import open_dataset
from jobs.train.export.runtimes.runtime import median_ms
from jobs.train.measure import PhotoSet
from jobs.train.report.summary import counted
from jobs.train.stored_version import ChosenVersion, choose_version


@dataclass(frozen=True, slots=True)
class Assessment:
    """A version's kind measured on a dataset; milliseconds are the median for one photo, resized already."""

    chosen: ChosenVersion
    report: DataReport
    evaluation: Evaluation
    milliseconds: float

    def to_json(self) -> dict[str, Any]:
        manifest = self.chosen.manifest
        return {
            "name": manifest.name,
            "version": manifest.version,
            "kind": self.chosen.kind,
            "data": {
                "source": self.report.source,
                "format": self.report.format,
                "problems": len(self.report.problems),
            },
            "milliseconds": round(self.milliseconds, 3),
            **evaluation_to_json(self.evaluation),
        }

    def lines(self) -> list[str]:
        """The numbers as a person reads them."""
        manifest, result = self.chosen.manifest, self.evaluation
        interval = result.ap50_interval
        spread = f" (95% interval {interval.low:.3f} to {interval.high:.3f})" if interval else ""
        rows = [
            f"  {c.label}: AP50 {_shown(c.ap50)}, AP {_shown(c.ap)}, {c.ground_truth_boxes} boxes"
            for c in result.per_class
        ]
        empty = result.false_positives_per_empty_photo
        return [
            f"{manifest.name} version {manifest.version}, {self.chosen.kind}, on {result.photos} photos of "
            f"{self.report.source} ({counted(len(self.report.problems), 'problem')}):",
            f"  AP50 {_shown(result.ap50)}{spread}, AP {_shown(result.ap)}, AP75 {_shown(result.ap75)}",
            *rows,
            f"  at score {self.chosen.score_threshold:.3f}: precision {_shown(result.precision)}, "
            f"recall {_shown(result.recall)}, false positives per empty photo {_shown(empty)}",
            f"  {self.milliseconds:.1f} ms a photo (median, this machine)",
        ]


def _shown(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"


def assess_version(
    data: Path, *, store: Path, name: str, version: int | None, kind: str, format: str | None
) -> Assessment:
    """Measure on all photos of `data`, whatever side its split puts them on.

    Raises:
        DatasetError: nothing usable in `data`.
        InvalidRequestError: a class that the version does not know, or an unknown kind.
        NotFoundError: no such version.
    """
    chosen = choose_version(store, name=name, version=version, kind=kind)
    # A dataset of one class, or of empty scenes, is a question too: does it stay silent there?
    dataset, report = open_dataset(data, format=format, size=chosen.size, every_class=False)
    inputs = PhotoSet.of(dataset.with_labels(chosen.labels).photos, chosen.size)
    with chosen.opened() as runtime:
        found = inputs.detect_with(runtime.detect)
        milliseconds = median_ms(runtime, inputs.inputs, runs=10)
    evaluation = evaluate(
        inputs.ground_truth,
        found,
        chosen.labels,
        score_threshold=chosen.score_threshold,
        resamples=DEFAULT_RESAMPLES,
    )
    return Assessment(chosen, report, evaluation, milliseconds)
