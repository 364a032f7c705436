"""TFRecord files of tf.train.Example with the feature names of the TF Object Detection API.

The photos are inside the records, and stay in memory, encoded, until they are checked. `image/object/bbox/*`
are 0..1, `image/object/class/text` names the class. A record without boxes is a negative; crowds are left
out. Labels are in the order of `image/object/class/label` where the records have it; records with these numbers alone
need a label map (.pbtxt).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError

from detector.errors import DatasetError
from jobs.train.data.format import Format
from jobs.train.data.names import side_of_folder, side_of_name
from jobs.train.data.photos import AnnotatedBox, AnnotatedPhoto, Annotations
from jobs.train.data.problems import Problem, ProblemKind
from jobs.train.data.readers.tfrecord.label_map import read_label_map
from jobs.train.data.readers.tfrecord.record_file import DamagedRecordError, records
from jobs.train.data.readers.tfrecord.tf_example_pb2 import Example
from jobs.train.data.source import MAX_MEMBER_BYTES, Source
from jobs.train.data.text import decode_text, flag, image_size, number

_NAME = re.compile(r"\.(tfrecords?|record|tfrec)(-\d+-of-\d+)?$", re.IGNORECASE)
_EDGES = ("ymin", "xmin", "ymax", "xmax")
_CROWD_FEATURES = ("image/object/is_crowd", "image/object/group_of")

Features = Mapping[str, Sequence[Any]]


def is_tfrecord(file: str) -> bool:
    """Whether the name is that of a TFRecord file or of one of its shards."""
    return _NAME.search(file) is not None


def read(source: Source) -> Annotations:
    """All photos in the TFRecord files of the source. DatasetError when there is no such file."""
    files = [file for file in source.files if is_tfrecord(file)]
    if not files:
        raise DatasetError(f"{source.name}: no .tfrecord or .record file in it.")
    problems: list[Problem] = []
    photos: list[AnnotatedPhoto] = []
    label_ids: dict[str, int] = {}
    label_map = read_label_map(source)
    for file in files:
        for place, features in _examples(source, file, problems):
            record = _Record(file, place, features, label_map)
            photo = record.photo(problems)
            if photo is not None:
                photos.append(photo)
                for label, label_id in record.label_ids():
                    label_ids.setdefault(label, label_id)
    return Annotations(tuple(photos), _labels(photos, label_ids), tuple(problems))


def _labels(photos: Sequence[AnnotatedPhoto], label_ids: Mapping[str, int]) -> tuple[str, ...] | None:
    """Labels by their ids, None where a label has none or two share one."""
    used = {box.label for photo in photos for box in photo.boxes}
    complete = used == label_ids.keys() and len(set(label_ids.values())) == len(used)
    return tuple(sorted(used, key=label_ids.__getitem__)) if complete else None


def _examples(source: Source, file: str, problems: list[Problem]) -> Iterator[tuple[int, Features]]:
    """Place and features of each record, up to the first that is damaged: what follows cannot be found."""
    place = 0
    try:
        for record in records(source.read(file), max_bytes=MAX_MEMBER_BYTES):
            place += 1
            example = Example.FromString(record)
            yield place, {name: _values(feature) for name, feature in example.features.feature.items()}
    except DatasetError as error:
        problems.append(Problem(file, ProblemKind.UNREADABLE_ANNOTATION, error.message))
    except (DamagedRecordError, DecodeError) as error:
        message = f"damaged after record {place} ({error}); what follows is left out."
        problems.append(Problem(file, ProblemKind.UNREADABLE_ANNOTATION, message))


def _values(feature: Any) -> Sequence[Any]:
    kind = feature.WhichOneof("kind")
    return tuple(getattr(feature, kind).value) if kind else ()


@dataclass(frozen=True, slots=True)
class _Record:
    """One tf.train.Example; `place` is its number in the file, from 1."""

    file: str
    place: int
    features: Features
    label_map: Mapping[int, str]

    def photo(self, problems: list[Problem]) -> AnnotatedPhoto | None:
        """The photo with its boxes; None, and a problem, when the record holds none or contradicts itself."""
        name = f"{self.file}#{self.place}"
        encoded = next(iter(self.features.get("image/encoded", ())), None)
        if not isinstance(encoded, bytes):
            problems.append(Problem(name, ProblemKind.MISSING_PHOTO, "has no image/encoded; left out."))
            return None
        edges = [self.features.get(f"image/object/bbox/{edge}", ()) for edge in _EDGES]
        try:
            labels = self._labels()
        except DatasetError as error:
            message = f"has a class text that cannot be read: {error.message} The record is left out."
            problems.append(Problem(name, ProblemKind.UNREADABLE_ANNOTATION, message))
            return None
        if labels is None:
            message = (
                "its boxes have class numbers and no names, and no label map (.pbtxt) names them; left out. Put the "
                "label map that the records were written with beside them."
            )
            problems.append(Problem(name, ProblemKind.UNKNOWN_CLASS, message))
            return None
        lengths = {len(labels), *map(len, edges)}
        if len(lengths) > 1:
            message = (
                f"has {len(labels)} class texts and {', '.join(str(len(e)) for e in edges)} edges; left out."
            )
            problems.append(Problem(name, ProblemKind.UNREADABLE_ANNOTATION, message))
            return None
        try:
            crowds = self._crowds(len(labels))
        except ValueError as error:
            problems.append(Problem(name, ProblemKind.UNREADABLE_ANNOTATION, f"{error}; left out."))
            return None
        rows = zip(labels, crowds, *edges, strict=True)
        boxes = [
            AnnotatedBox(label, number(ymin), number(xmin), number(ymax), number(xmax), normalised=True)
            for label, crowd, ymin, xmin, ymax, xmax in rows
            if not crowd
        ]
        if len(boxes) < len(labels):
            message = f"{len(labels) - len(boxes)} crowds are no single objects; left out."
            problems.append(Problem(name, ProblemKind.CROWD_BOX, message))
        return AnnotatedPhoto(
            name=name,
            read=lambda: encoded,
            boxes=tuple(boxes),
            stated_size=image_size(self._whole("image/width"), self._whole("image/height")),
            side=side_of_name(self.file) or side_of_folder(self.file),
            left_out=len(labels) - len(boxes),
        )

    def label_ids(self) -> Iterator[tuple[str, int]]:
        """Class names with the numbers the record gives them."""
        stated = map(number, self.features.get("image/object/class/label", ()))
        return (
            (label, int(value))
            for label, value in zip(self._labels() or (), stated, strict=False)
            if value.is_integer()
        )

    def _crowds(self, boxes: int) -> list[bool]:
        """Whether each box is of a crowd. ValueError when that cannot be read."""
        crowds = [False] * boxes
        for feature in _CROWD_FEATURES:
            flags = self.features.get(feature, ())
            if flags and len(flags) != boxes:
                raise ValueError(f"has {len(flags)} values of {feature} for {boxes} boxes")
            for place, value in enumerate(flags):
                crowds[place] |= flag(value)
        return crowds

    def _labels(self) -> list[str] | None:
        """The class of each box by its text, else by its number; None where the label map lacks a number."""
        if texts := self.features.get("image/object/class/text", ()):
            return [decode_text(text) if isinstance(text, bytes) else str(text) for text in texts]
        numbers = [number(value) for value in self.features.get("image/object/class/label", ())]
        if not all(value.is_integer() and int(value) in self.label_map for value in numbers):
            return None
        return [self.label_map[int(value)] for value in numbers]

    def _whole(self, name: str) -> object:
        return next(iter(self.features.get(name, ())), None)


FORMAT = Format(
    name="tfrecord",
    title="TFRecord",
    files="tf.train.Example as the TF Object Detection API has them",
    find=lambda peek: next(filter(is_tfrecord, peek.source.files), None),
    read=read,
)
