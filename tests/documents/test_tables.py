"""Tables of the docs that are promises say what the code does."""

from collections.abc import Iterator
from pathlib import Path

from detector import errors
from detector.errors import DetectorError
from services.gateway.metrics import Metrics

DOCS = Path(__file__).parents[2] / "docs"


def table(document: str, heading: str) -> list[list[str]]:
    """The cells of the rows under a heading whose first cell is code."""
    section = (DOCS / document).read_text("utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row] for row in rows]


def transport_errors() -> Iterator[type[DetectorError]]:
    """The error that hides what is unexpected, and all that have a status of their own."""
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DetectorError)
    ]
    return (kind for kind in kinds if kind.http_status != 500 or kind.code == "internal")


def test_every_error_code_is_documented_with_its_statuses() -> None:
    documented = {(row[0].strip("`"), row[1], row[2]) for row in table("gateway.md", "Error codes")}
    assert documented == {(kind.code, str(kind.http_status), kind.grpc_status) for kind in transport_errors()}


def test_every_metric_is_documented() -> None:
    documented = {row[0].strip("`") for row in table("monitoring.md", "Metrics")}
    families = [
        family
        for metric in vars(Metrics()).values()
        if hasattr(metric, "describe")
        for family in metric.describe()
    ]
    actual = {family.name + ("_total" if family.type == "counter" else "") for family in families}
    assert documented == {name for name in actual if name.startswith("detector_")}
