"""Measures any kind of any version on any dataset, by the code that wrote the report."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.evaluation import DEFAULT_RESAMPLES, Evaluation, evaluate, evaluation_to_json
from jobs.train.data.findings.data_report import DataReport
from jobs.train.data.open import open_dataset
from jobs.train.export.runtimes.runtime import median_ms
from jobs.train.fitting.measure import PhotoSet
from jobs.train.stored_version import ChosenVersion, choose_version


@dataclass(frozen=True, slots=True)
class Assessment:
    """A version's kind measured on a dataset; milliseconds are the median for one photo, resized already."""

    chosen: ChosenVersion
    report: DataReport
    evaluation: Evaluation
    milliseconds: float

    def to_json(self) -> dict[str, Any]:
        """What `detector evaluate --json` prints."""
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


def assess_version(
    data: Path, *, store: Path, name: str, version: int | None, kind: str, format_name: str | None
) -> Assessment:
    """Measure on all photos of `data`, whatever side its split puts them on.

    Raises:
        DatasetError: nothing usable in `data`.
        InvalidRequestError: a class that the version does not know, or an unknown kind.
        NotFoundError: no such version.
    """
    chosen = choose_version(store, name=name, version=version, kind=kind)
    # A dataset of one class, or of empty scenes, is a question too: does it stay silent there?
    dataset, report = open_dataset(data, format_name=format_name, size=chosen.size, every_class=False)
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
