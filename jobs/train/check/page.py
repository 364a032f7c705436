"""The page of `detector check --html`: every photo with its boxes, in one file that needs no network."""

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined

from jobs.train.check.checked import CheckedData
from jobs.train.check.pictures import COLOURS, Picture, assign_problems, draw
from jobs.train.data.loading import OnProgress
from jobs.train.data.problems import faults

MAX_PHOTOS = 2000
"""That are on the page: of about 20 kB each, so that a browser can still open it."""
MAX_PROBLEMS = 500
"""Of those that belong to no photo."""
SIDE_NAMES = {"train": "training", "val": "validation", "test": "test"}


def render_page(
    checked: CheckedData,
    *,
    max_photos: int = MAX_PHOTOS,
    on_progress: OnProgress = lambda done, total: None,
) -> str:
    """The HTML text, photos with faults first. Everything from outside (labels, names, messages) is escaped.

    `on_progress(done, total)` is called as photos are drawn. The page works without its script, which filters.
    """
    report = checked.report
    bad = frozenset(faults(report.problems))
    photos, others = assign_problems(checked.dataset.photos, report.problems, faults=bad)
    others.sort(key=lambda problem: problem not in bad)
    pictures = draw(photos[:max_photos], checked.dataset.labels, checked.side_of)
    sources = _sources()
    environment = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = sources["filter.js"]
    return environment.get_template("page.html.j2").render(
        report=report,
        labels=checked.dataset.labels,
        colours=COLOURS,
        sides={side: count for side, count in checked.sides.items() if count},
        side_names=SIDE_NAMES,
        notes=checked.notes,
        refusal=checked.refusal.message if checked.refusal else None,
        problems=[(problem, problem in bad) for problem in others[:MAX_PROBLEMS]],
        problems_left_out=max(len(others) - MAX_PROBLEMS, 0),
        fault_count=len(bad),
        remark_count=len(report.problems) - len(bad),
        photos_with_faults=sum(bool(entry.faults) for entry in photos),
        pictures=_counted(pictures, min(len(photos), max_photos), on_progress),
        shown=min(len(photos), max_photos),
        left_out=max(len(photos) - max_photos, 0),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        script=script,
    )


def _counted(pictures: Iterator[Picture], total: int, on_progress: OnProgress) -> Iterator[Picture]:
    for done, picture in enumerate(pictures, start=1):
        yield picture
        on_progress(done, total)


def _sources() -> dict[str, str]:
    """The page's own files, and the style of the training report, which it shares."""
    own = files("jobs.train.check") / "templates"
    sources = {
        name: (own / name).read_text(encoding="utf-8") for name in ("page.html.j2", "page.css", "filter.js")
    }
    style = files("jobs.train.report") / "templates" / "style.css"
    return {**sources, "style.css": style.read_text(encoding="utf-8")}
