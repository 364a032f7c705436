"""Writing the report into a version's folder."""

from pathlib import Path

from detector.files import writing
from jobs.train.report.data import ReportData
from jobs.train.report.metrics import render_metrics
from jobs.train.report.page import render_page


def write_report(directory: Path, data: ReportData) -> None:
    """Write `index.html` and `metrics.json` into `directory`, made if needed. Raises StoreError."""
    page, metrics = render_page(data), render_metrics(data)
    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "index.html").write_bytes(_encode(page))
        (directory / "metrics.json").write_bytes(_encode(metrics))


def _encode(text: str) -> bytes:
    """UTF-8; file names that are none carry halves of characters, which become question marks."""
    return text.encode("utf-8", "replace")
