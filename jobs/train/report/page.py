"""The report's page: one HTML file that needs no script, no network and no other file."""

from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from detector.evaluation import Interval, SizeRange
from jobs.train.report.card import model_card
from jobs.train.report.curves import precision_recall_chart, training_charts
from jobs.train.report.data import ReportData
from jobs.train.report.pictures import worst_pictures
from jobs.train.report.summary import summarise
from jobs.train.wording import counted

TEMPLATES = ("page.html.j2", "macros.html.j2", "style.css")
MAX_PROBLEMS = 500
"""Findings of the data report that are listed; metrics.json has them all."""


def render_page(data: ReportData) -> str:
    """The HTML text. Everything from outside (labels, file names, messages) is escaped."""
    threshold = data.evaluation.score_threshold
    problems = list(data.data_report.get("problems") or ())
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            data=data,
            evaluation=data.evaluation,
            summary=summarise(data.evaluation),
            training_charts=training_charts(data.history),
            precision_recall=precision_recall_chart(data.evaluation),
            pictures=()
            if threshold is None
            else worst_pictures(data.photos, data.labels, score_threshold=threshold),
            card=model_card(data),
            problems=problems[:MAX_PROBLEMS],
            problems_left_out=max(len(problems) - MAX_PROBLEMS, 0),
        )
    )


@cache
def _environment() -> Environment:
    folder = files("jobs.train.report") / "templates"
    sources = {name: (folder / name).read_text(encoding="utf-8") for name in TEMPLATES}
    environment = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "score": format_score,
        "percent": format_percent,
        "interval": format_interval,
        "bytes": format_bytes,
        "parity": format_parity,
        "decimals": format_decimals,
        "duration": format_duration,
        "day": format_day,
        "size_range": format_size_range,
        "setting": format_setting,
        "count": counted,
    }
    return environment


NOT_MEASURED = "–"


def format_score(value: float | None) -> str:
    """Three decimals, as the field writes average precision."""
    return NOT_MEASURED if value is None else f"{value:.3f}"


def format_percent(value: float | None) -> str:
    """A fraction in whole percent; 100% only when it is all, 0% only when it is nothing."""
    if value is None:
        return NOT_MEASURED
    if 0.0 < value < 1.0:
        return f"{min(max(round(100 * value), 1), 99)}%"
    return f"{value:.0%}"


def format_decimals(value: float | None, places: int = 2) -> str:
    """A number with that many decimals."""
    return NOT_MEASURED if value is None else f"{value:.{places}f}"


def format_interval(interval: Interval | None) -> str:
    """Both ends with three decimals."""
    return NOT_MEASURED if interval is None else f"{interval.low:.3f} to {interval.high:.3f}"


def format_bytes(count: int) -> str:
    """Megabytes of a million bytes, or kilobytes below one tenth of that."""
    return f"{count / 1e6:.2f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"


def format_parity(value: float | None) -> str:
    """A difference with two digits."""
    return NOT_MEASURED if value is None else f"{value:.1e}"


def format_duration(seconds: float | None) -> str:
    """Minutes and seconds, or seconds alone below a minute."""
    if seconds is None:
        return NOT_MEASURED
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def format_day(created: str) -> str:
    """An RFC 3339 time for people, to the minute; what is none is shown as it is."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return created
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".strip()


def format_size_range(size: SizeRange) -> str:
    """The size as the side of a square, in percent of the photo's edge."""
    low, high = (round(100 * edge**0.5) if edge < 1 else None for edge in (size.minimum, size.maximum))
    if not low:
        return f"below {high}% of the photo's edge"
    return f"{low}% and more" if high is None else f"{low}% to {high}%"


def format_setting(value: Any) -> str:
    """A value of the configuration; what was left to its default is a dash."""
    return NOT_MEASURED if value is None else str(value)
