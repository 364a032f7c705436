"""Every reader, on annotations with anything in them: it reads them, or says in the error tree why not."""

import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError
from jobs.train.data.formats import FORMATS, detect_format
from jobs.train.data.photos import Annotations
from jobs.train.data.source import Source
from tests.detector.damage import damaged
from tests.jobs.train.data.readers.samples import TOOL_WRITERS
from tests.jobs.train.data.records import write_tfrecord
from tests.jobs.train.data.writing import WRITERS, contents

ALL_WRITERS = {**WRITERS, "tfrecord": write_tfrecord, **TOOL_WRITERS}
QUICK_CASES = 100
CASES = int(os.environ.get("FUZZ_CASES", "20000"))
"""Of each format, in the slow test."""

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.5, 1e308, float("nan"), float("inf"), -(10**30), 2**63, "", " ", "0", "-1.5",
    "1e999", "nan", "cat", "one.jpg", "../../one.jpg", "a\x00b", "\ud800", "x" * 5000, [], {}, [None], [[]], [[[1]]],
    {"": None}, {"x": "y"}, [1, 2, 3, 4], ["1", "2", "3", "4"],
)  # fmt: skip
ODD_WORDS = (
    "", "0", "-1", "1e999", "nan", "1.5", "99999999999999999999", "cat", "none", "rectangle", "one.jpg", "train", "é",
    "\x00", "<a>", '"', "'", ",", "\t", "{}", "[]", "&lt;",
)  # fmt: skip


def mutated(content: bytes, source: random.Random) -> bytes:
    """The annotation with a value, a word or some bytes exchanged; JSON stays JSON in half of the cases."""
    choice = source.random()
    if choice < 0.5 and (document := _parsed(content)) is not None:
        for _ in range(source.randint(1, 3)):
            document = _with_odd_value(document, source)
        return json.dumps(document).encode("utf-8", "surrogatepass")
    if choice < 0.8:
        return _with_odd_word(content, source)
    return damaged(content, source)


def _parsed(content: bytes) -> Any | None:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _with_odd_value(document: Any, source: random.Random) -> Any:
    """A copy with one value anywhere exchanged, left out, or there twice."""
    if not document or not isinstance(document, dict | list) or source.random() < 0.12:
        return source.choice(ODD_VALUES)
    key = source.choice(list(document) if isinstance(document, dict) else range(len(document)))
    copy = document.copy()
    change = source.random()
    if change < 0.1:
        del copy[key]
    elif change < 0.15 and isinstance(copy, list):
        copy.append(copy[key])
    else:
        copy[key] = _with_odd_value(copy[key], source)
    return copy


def _with_odd_word(content: bytes, source: random.Random) -> bytes:
    words = list(re.finditer(rb"[^\s<>,;:=\"'\[\]{}/]+", content))
    if not words:
        return source.choice(ODD_WORDS).encode()
    word = source.choice(words)
    return content[: word.start()] + source.choice(ODD_WORDS).encode() + content[word.end() :]


def hold(name: str, folder: Path, cases: int) -> None:
    ALL_WRITERS[name](folder)
    good = contents(folder)
    texts = sorted(file for file in good if not file.endswith((".jpg", ".png")))
    read: tuple[Callable[[Source], Annotations], ...] = (
        FORMATS[name].read,
        lambda source: detect_format(source).read(source),
    )
    for case in range(cases):
        source = random.Random(f"{name} {case}")
        file = source.choice(texts)
        files = good | {file: mutated(good[file], source)}
        dataset = Source("data", tuple(sorted(files)), files.__getitem__)
        try:
            found = read[case % 2](dataset)
        except DatasetError:
            continue
        except Exception as error:
            pytest.fail(
                f"case {case} of {name}: {type(error).__name__}: {error}; {file}: {files[file][:300]!r}"
            )
        assert isinstance(found, Annotations)
        assert all(problem.file and problem.message for problem in found.problems)


@pytest.mark.parametrize("name", FORMATS)
def test_a_reader_takes_or_refuses_a_few_odd_annotations(name: str, tmp_path: Path) -> None:
    hold(name, tmp_path, QUICK_CASES)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", FORMATS)
def test_a_reader_takes_or_refuses_many_odd_annotations(name: str, tmp_path: Path) -> None:
    hold(name, tmp_path, CASES)
