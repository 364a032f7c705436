"""What tests of all readers ask: are the samples' boxes right, and does any damage end in an error that is meant?"""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.errors import DatasetError
from jobs.train.data.formats import detect_format
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.source import Source, open_source
from tests.jobs.train.data.writing import SAMPLES, contents

Edges = tuple[str, float, float, float, float]
SAMPLE_BOXES: dict[str, list[Edges]] = {sample.stem: list(sample.boxes) for sample in SAMPLES}
_STRANGE: list[Any] = [None, True, [], {}, "", "x", "nan", -1, 0, 1e308, float("nan"), float("inf"), 10**400, [[]],
                       [{}], {"x": []}, {"": None}, "1" * 5000]  # fmt: skip


def boxes_of(annotations: Annotations) -> dict[str, list[Edges]]:
    """The boxes of each photo by the stem of its name: label, xmin, ymin, xmax, ymax."""
    return {
        PurePosixPath(photo.name).stem: [
            (box.label, box.xmin, box.ymin, box.xmax, box.ymax) for box in photo.boxes
        ]
        for photo in annotations.photos
    }


def kinds(annotations: Annotations) -> list[tuple[str, ProblemKind]]:
    """File and kind of each problem."""
    return [(problem.file, problem.kind) for problem in annotations.problems]


def holds_whatever_is_in_the_files(
    read: Callable[[Source], Annotations], folder: Path, *, examples: int = 60
) -> None:
    """Damage one JSON or text file of a good dataset in many ways: Annotations or DatasetError, nothing else."""
    good = contents(folder)
    files = sorted(file for file in good if not file.endswith(".jpg"))

    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        file = data.draw(st.sampled_from(files))
        damaged = good | {file: data.draw(damage(good[file]))}
        source = Source("data", tuple(sorted(damaged)), damaged.__getitem__)
        for attempt in (read, lambda source: detect_format(source).read(source)):
            try:
                assert isinstance(attempt(source), Annotations)
            except DatasetError:
                continue

    holds()


def damage(content: bytes) -> st.SearchStrategy[bytes]:
    """The file with one value replaced by a strange one, or cut short."""
    cut = st.integers(0, len(content)).map(lambda length: content[:length])
    try:
        document = json.loads(content)
    except ValueError:
        place = st.integers(0, len(content))
        pieces = st.sampled_from([b"{}", b"null", b'""', b",", b"nan", b"\n", b"[1]", b"\x00"])
        return cut | st.builds(lambda a, piece: content[:a] + piece + content[a + 2 :], place, pieces)
    paths = list(_paths(document))
    replaced = st.builds(
        lambda path, value: json.dumps(_with(document, path, value)).encode(),
        st.sampled_from(paths),
        st.sampled_from(_STRANGE),
    )
    return st.one_of(replaced, replaced, replaced, cut)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    )
    for key, child in children:
        yield from _paths(child, (*path, key))


def _with(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(document)
    parent = changed
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return changed


def found_format(folder: Path) -> str:
    """The name of the format that is recognised by looking alone."""
    return detect_format(open_source(folder)).name
