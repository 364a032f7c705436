"""metrics.json: what the report says, for machines."""

import json
from dataclasses import asdict
from typing import Any

from detector.evaluation import evaluation_to_json
from jobs.train.report.data import ReportData
from jobs.train.report.summary import summarise

SCHEMA = 1


def metrics_json(data: ReportData) -> dict[str, Any]:
    """Everything measured of one version as plain JSON values; what was not measured is null."""
    return {
        "schema": SCHEMA,
        "name": data.name,
        "version": data.version,
        "created": data.created,
        "labels": list(data.labels),
        "summary": summarise(data.evaluation),
        "held_out": data.held_out,
        "also_trained_on": data.also_trained_on,
        "evaluation": evaluation_to_json(data.evaluation),
        "artifacts": [asdict(row) for row in data.artifacts],
        "left_out": [asdict(kind) for kind in data.left_out],
        "alarms": list(data.alarms),
        "warnings": list(data.warnings),
        "training": asdict(data.training),
        "config": dict(data.config),
        "data": dict(data.data_report),
    }


def render_metrics(data: ReportData) -> str:
    """The text of metrics.json. Raises ValueError for a number that JSON does not have."""
    return json.dumps(metrics_json(data), indent=1, ensure_ascii=False, allow_nan=False, default=str) + "\n"
