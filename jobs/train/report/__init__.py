"""What a person judges a version by: the report, its samples, and the held-out photos kept for later."""

from jobs.train.report.data import (
    ArtifactRow,
    ClassFacts,
    EvaluatedPhoto,
    LeftOutKind,
    ReportData,
    TrainingFacts,
)
from jobs.train.report.held_out import write_eval
from jobs.train.report.samples import Samples, write_samples
from jobs.train.report.summary import summarise
from jobs.train.report.write import write_report

__all__ = [
    "ArtifactRow",
    "ClassFacts",
    "EvaluatedPhoto",
    "LeftOutKind",
    "ReportData",
    "Samples",
    "TrainingFacts",
    "summarise",
    "write_eval",
    "write_report",
    "write_samples",
]
