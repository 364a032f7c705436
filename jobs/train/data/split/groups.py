"""Which photos belong together, so that they are never trained on and measured with at once.

Copies: photos of the same picture, by their looks in all eight orientations or because their names say that one was
made from the other. Frames: photos of one video or burst, by telling names or because neighbours of a numbered series
show the same scene.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import PurePosixPath

import numpy as np

from jobs.train.data.photos import LabelledPhoto, Pixels
from jobs.train.data.split.copy_names import CopyName, Origin, SeriesPosition, copy_name, series_position
from jobs.train.data.split.disjoint_sets import Partition
from jobs.train.data.split.look_alikes import THUMBNAIL_SIDE, join_look_alikes, same_scene

MAX_NAMED_COPIES = 100
"""More photos with one base name are taken for a name that a tool gives to everything ("image.jpg"), not for copies."""
_COMPARED_COPIES = 3
"""Augmented copies of one frame that are compared with those of the next."""

Groups = tuple[tuple[int, ...], ...]
"""Indices of photos; each photo is in exactly one group, and groups are in the order of their first photo."""


@dataclass(frozen=True, slots=True)
class PhotoGroups:
    """`copies` are photos of the same picture; `together` joins those further by video and burst."""

    copies: Groups
    together: Groups


def group_photos(photos: Sequence[LabelledPhoto]) -> PhotoGroups:
    """Both divisions of the photos, each transitive."""
    partition = Partition(len(photos))
    thumbnails = np.empty((len(photos), THUMBNAIL_SIDE, THUMBNAIL_SIDE, 3), np.uint8)
    for i, photo in enumerate(photos):
        thumbnails[i] = photo.thumbnail
    join_look_alikes(thumbnails, partition)
    for copies in named_copies([photo.name for photo in photos]):
        partition.join_all(copies)
    found = partition.groups()
    for series in numbered_series(photos).values():
        _join_frames(series, thumbnails, partition)
    return PhotoGroups(found, partition.groups())


def named_copies(names: Sequence[str]) -> Iterator[list[int]]:
    """Indices of names that say that they are copies of one photo, that photo among them if it is there."""
    buckets: dict[tuple[str, str], list[int]] = defaultdict(list)
    parsed = [copy_name(name) for name in names]
    for i, copy in enumerate(parsed):
        buckets[copy.folder, copy.base].append(i)
    for bucket in buckets.values():
        for members in _by_original(bucket, [parsed[i].origin for i in bucket], names):
            if 1 < len(members) <= MAX_NAMED_COPIES:
                yield members
    yield from _of_augmented_folders(parsed)


def _of_augmented_folders(parsed: Sequence[CopyName]) -> Iterator[list[int]]:
    """Each copy in a folder of augmented ones with its original in a folder beside that: augmented/1 and images/1."""
    originals: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, copy in enumerate(parsed):
        if copy.origin is Origin.PLAIN and copy.folder:
            parent = copy.folder.rpartition("/")[0]
            originals[parent, copy.base].append(i)
    for i, copy in enumerate(parsed):
        if copy.augmented and len(found := originals.get((copy.folder, copy.base), [])) == 1:
            yield [*found, i]


def _by_original(
    bucket: Sequence[int], origins: Sequence[Origin], names: Sequence[str]
) -> Iterator[list[int]]:
    """The bucket's copies with their original; folder by folder if the folders have originals of that name each."""
    folders = [str(PurePosixPath(names[i]).parent) for i in bucket]
    with_original = {
        folder for folder, origin in zip(folders, origins, strict=True) if origin is Origin.PLAIN
    }
    several = len(with_original) > 1
    members: dict[str, list[int]] = defaultdict(list)
    copied = set()
    for i, folder, origin in zip(bucket, folders, origins, strict=True):
        place = folder if several else ""
        if origin is not Origin.MAYBE or (folder in with_original if several else with_original):
            members[place].append(i)
            if origin is not Origin.PLAIN:
                copied.add(place)
    yield from (members[place] for place in members if place in copied)


@dataclass(frozen=True, slots=True)
class NumberedSeries:
    """Photos that a counter orders; `told` is whether names say that they are frames."""

    told: bool
    numbers: tuple[tuple[int, ...], ...]
    """For each number, in rising order, the indices of its photos."""


def numbered_series(photos: Iterable[LabelledPhoto]) -> dict[tuple[str, str], NumberedSeries]:
    """The series of the photos, by folder and name."""
    positions: dict[tuple[str, str], list[tuple[int, int, SeriesPosition]]] = defaultdict(list)
    for i, photo in enumerate(photos):
        if position := series_position(photo.name):
            positions[position.folder, position.series].append((position.number, i, position))
    return {key: _series(entries) for key, entries in positions.items()}


def _series(entries: list[tuple[int, int, SeriesPosition]]) -> NumberedSeries:
    by_number: dict[int, list[int]] = defaultdict(list)
    for number, i, _ in sorted(entries, key=lambda entry: entry[:2]):
        by_number[number].append(i)
    told = all(position.told for _, _, position in entries)
    return NumberedSeries(told, tuple(tuple(indices) for indices in by_number.values()))


def _join_frames(series: NumberedSeries, thumbnails: Pixels, partition: Partition) -> None:
    for earlier, later in pairwise(series.numbers):
        pairs = product(earlier[:_COMPARED_COPIES], later[:_COMPARED_COPIES])
        if series.told:
            partition.join_all([*earlier, *later])
        elif pair := next((pair for pair in pairs if same_scene(*thumbnails[list(pair)])), None):
            partition.join(*pair)
