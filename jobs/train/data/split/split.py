"""Dividing a dataset into what is trained on and what is measured with.

The unit is a group of photos that belong together: copies of one photo and frames of one video are never on two sides,
unless a class has nothing but one video. What the record already placed stays where it is. New groups are dealt out in
an order that depends on the seed and on the photos' contents only.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from detector.errors import DatasetError, InvalidRequestError
from jobs.train.config import VAL_FRACTION
from jobs.train.data.photos import Dataset, LabelledPhoto, Side, Split
from jobs.train.data.split.groups import Groups, group_photos
from jobs.train.data.split.stratified import NEGATIVE, Group, deal
from jobs.train.data.split.videos import Cut, cut_videos

MUCH_MORE = 2
"""From so many times the wanted share on, the notes say why more is held back."""


def split_dataset(
    dataset: Dataset,
    *,
    seed: int,
    recorded: Mapping[str, str] | None = None,
    val_fraction: float = VAL_FRACTION,
) -> tuple[Split, dict[str, str]]:
    """The split, and the record to keep for the next time (SHA-256 to side, with all earlier entries).

    A dataset with train and val of its own keeps them; one with train alone, or train and test, has val made
    out of train. `notes` of the split say what could not be had. The dataset must have at least one photo.
    DatasetError when its own training part lacks a class; InvalidRequestError when `val_fraction` is not between
    0 and 1.
    """
    if not 0 < val_fraction < 1:
        raise InvalidRequestError(f"--val-fraction {val_fraction} is not between 0 and 1.")
    record = dict(recorded or {})
    if {"train", "val"} <= {photo.side for photo in dataset.photos}:
        split = _own_split(dataset)
    else:
        split = _made_split(dataset, seed=seed, recorded=record, val_fraction=val_fraction)
    record.update(_sides(split))
    return split, record


def _own_split(dataset: Dataset) -> Split:
    """The dataset's own sides; photos that it puts on no side are trained on."""
    split = Split(
        train=tuple(photo for photo in dataset.photos if photo.side in ("train", None)),
        val=tuple(photo for photo in dataset.photos if photo.side == "val"),
        test=tuple(photo for photo in dataset.photos if photo.side == "test"),
    )
    unlearnable = _labels_without_photo(dataset, split.train)
    if unlearnable:
        raise DatasetError(
            f"The dataset's own training part has no {' and no '.join(map(repr, unlearnable))}, so it cannot be "
            "learnt: move photos of it there, or leave the class out."
        )
    notes = [
        f"The dataset's own validation part has no '{label}': its accuracy cannot be measured."
        for label in _labels_without_photo(dataset, split.val)
    ]
    return replace(split, notes=tuple(notes))


def _labels_without_photo(dataset: Dataset, part: tuple[LabelledPhoto, ...]) -> list[str]:
    return [label for class_id, label in enumerate(dataset.labels) if not _with_class(part, class_id)]


def _made_split(dataset: Dataset, *, seed: int, recorded: Mapping[str, str], val_fraction: float) -> Split:
    test = tuple(photo for photo in dataset.photos if photo.side == "test")
    pool = tuple(photo for photo in dataset.photos if photo.side != "test")
    notes: list[str] = []
    if not pool:
        pool, test = test, ()
        notes.append("All photos are in the dataset's test part; train and validation were made out of it.")
    groups, cuts = cut_videos(
        pool, group_photos(pool), [frozenset(_strata(photo)) for photo in pool], val_fraction=val_fraction
    )
    in_val = deal(_ranked(pool, groups, seed), recorded, val_fraction=val_fraction)
    notes += [_cut(dataset, cut) for cut in cuts]
    if len(in_val) > MUCH_MORE * val_fraction * len(pool) and _holds_large_group(pool, groups, in_val):
        notes.append(_large_share(len(in_val), len(pool), val_fraction))
    split = Split(
        train=tuple(photo for photo in pool if photo.sha256 not in in_val),
        val=tuple(photo for photo in pool if photo.sha256 in in_val),
        test=test,
        notes=tuple(notes),
    )
    return _with_shared_photos(dataset, split)


def _cut(dataset: Dataset, cut: Cut) -> str:
    names = [f"'{dataset.labels[stratum]}'" for stratum in cut.strata if stratum != NEGATIVE]
    names += ["photos without objects"] if NEGATIVE in cut.strata else []
    return (
        f"{cut.photos} photos, from {cut.first} on, are one video, and there is little else of {', '.join(names)}: it "
        f"was cut into {cut.stretches} stretches of time. Photos beside a cut have their like on the other side, so "
        "the measured accuracy is too good. Add photos of other places or days."
    )


def _holds_large_group(pool: Sequence[LabelledPhoto], groups: Groups, in_val: Set[str]) -> bool:
    """Whether a group is for validation that is the larger part of it."""
    return any(
        len(group) > 1 and 2 * len(group) > len(in_val) and pool[group[0]].sha256 in in_val
        for group in groups
    )


def _large_share(held_back: int, photos: int, val_fraction: float) -> str:
    return (
        f"{held_back} of {photos} photos are held back, more than the wanted share of {val_fraction:.0%}, because "
        "photos that belong together (copies, frames of one video) stay together. Add photos of other places or days."
    )


def _ranked(photos: Sequence[LabelledPhoto], divided: Groups, seed: int) -> list[Group]:
    groups = []
    for indices in divided:
        contents = tuple(photos[i].sha256 for i in indices)
        rank = hashlib.sha256(f"{seed} {min(contents)}".encode()).hexdigest()
        groups.append(Group(contents, Counter(s for i in indices for s in _strata(photos[i])), rank))
    return groups


def _strata(photo: LabelledPhoto) -> set[int]:
    return {truth.class_id for truth in photo.ground_truth} or {NEGATIVE}


def _with_class(photos: tuple[LabelledPhoto, ...], class_id: int) -> LabelledPhoto | None:
    """The first photo that shows the class."""
    return next((photo for photo in photos if class_id in _strata(photo)), None)


def _with_shared_photos(dataset: Dataset, split: Split) -> Split:
    """The split with photos on both sides where a class, or everything, would be on one side only."""
    if not split.train or not split.val:
        note = "There are too few different photos to hold any back: validation is on the photos trained on."
        everything = split.train or split.val
        return replace(split, train=everything, val=everything, notes=(*split.notes, note))
    train, val, notes = split.train, split.val, split.notes
    for class_id, label in enumerate(dataset.labels):
        for_training, for_validation = _with_class(train, class_id), _with_class(val, class_id)
        if for_training is None and for_validation is not None:
            train, notes = (*train, for_validation), (*notes, _shared(label, "training", for_validation))
        elif for_validation is None and for_training is not None:
            val, notes = (*val, for_training), (*notes, _shared(label, "validation", for_training))
    return replace(split, train=train, val=val, notes=notes)


def _shared(label: str, part: str, photo: LabelledPhoto) -> str:
    return (
        f"'{label}' has no {part} photo of its own: {photo.name} is on both sides, so its measured accuracy says "
        "little. Add photos of it."
    )


def _sides(split: Split) -> dict[str, str]:
    """The record of a split. A photo on both sides counts as trained on: never measure with it later."""
    parts: tuple[tuple[Side, tuple[LabelledPhoto, ...]], ...] = (
        ("test", split.test),
        ("val", split.val),
        ("train", split.train),
    )
    return {photo.sha256: side for side, part in parts for photo in part}
