"""Hypothesis strategies for whole manifests: any numbers, texts and absences that the message can hold."""

from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import strategies as st

from detector.manifest import (
    SCHEMA,
    Artifact,
    BaseWeights,
    ClassCounts,
    ClassMetrics,
    Data,
    File,
    Input,
    Manifest,
    Metrics,
    Outputs,
    Training,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
COUNTS = st.integers(0, 2**32 - 1)
UNMEASURED = st.none()

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def timestamps() -> st.SearchStrategy[Timestamp]:
    return st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(_timestamp)


def _timestamp(moment: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(moment.replace(tzinfo=UTC))
    return timestamp


FILES = st.builds(File, path=TEXTS, sha256=TEXTS, size_bytes=COUNTS)
CLASS_METRICS = st.builds(
    ClassMetrics, ap50=NUMBERS | UNMEASURED, ap=NUMBERS | UNMEASURED, boxes=COUNTS | UNMEASURED
)
CLASS_COUNTS = st.builds(ClassCounts, photos=COUNTS | UNMEASURED, boxes=COUNTS | UNMEASURED)
METRICS = st.builds(
    Metrics,
    ap50=NUMBERS | UNMEASURED,
    ap=NUMBERS | UNMEASURED,
    per_class=st.dictionaries(TEXTS, CLASS_METRICS, max_size=2),
    false_positives_per_empty_photo=NUMBERS | UNMEASURED,
    photos=COUNTS | UNMEASURED,
)
ARTIFACTS = st.builds(
    Artifact,
    kind=TEXTS,
    files=st.lists(FILES, max_size=2),
    ap50=NUMBERS | UNMEASURED,
    parity_max_box=NUMBERS | UNMEASURED,
    parity_max_score=NUMBERS | UNMEASURED,
    io_dtype=TEXTS | UNMEASURED,
    min_runtime=TEXTS | UNMEASURED,
)
DATA = st.builds(
    Data,
    fingerprint=TEXTS | UNMEASURED,
    photos=COUNTS | UNMEASURED,
    boxes=COUNTS | UNMEASURED,
    per_class=st.dictionaries(TEXTS, CLASS_COUNTS, max_size=2),
    unreadable=COUNTS | UNMEASURED,
)


@st.composite
def trainings(draw: st.DrawFn) -> Training:
    training = Training(
        seed=draw(COUNTS | UNMEASURED),
        seconds=draw(NUMBERS | UNMEASURED),
        base_weights=BaseWeights(name=draw(TEXTS), sha256=draw(TEXTS | UNMEASURED)),
        code_revision=draw(TEXTS | UNMEASURED),
    )
    config: dict[str, Any] = draw(st.dictionaries(TEXTS, JSON_VALUES, max_size=4))
    training.config.update(config)
    return training


def manifests() -> st.SearchStrategy[Manifest]:
    texts = st.lists(TEXTS, max_size=4)
    return st.builds(
        Manifest,
        schema=st.just(SCHEMA),
        name=TEXTS,
        version=COUNTS,
        created=timestamps() | UNMEASURED,
        labels=texts,
        input=st.builds(Input, width=COUNTS, height=COUNTS, dtype=TEXTS, range=st.lists(NUMBERS, max_size=2)),
        outputs=st.builds(Outputs, saved_model=texts, tflite=texts, tfjs_graph=texts, tfjs_layers=texts),
        score_threshold=NUMBERS | UNMEASURED,
        metrics=METRICS | UNMEASURED,
        artifacts=st.lists(ARTIFACTS, max_size=2),
        samples=st.lists(FILES, max_size=2),
        data=DATA | UNMEASURED,
        training=trainings() | UNMEASURED,
    )
