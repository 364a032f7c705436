"""Dividing a dataset into what is trained on and what is measured with.

The unit is a group of near-duplicates: twins are never on two sides. What the record already placed stays
where it is. New groups are dealt out in an order that depends on the seed and on the photos' contents only,
each to where its rarest class is still short of validation photos, so that every class, and the negatives,
are in both parts.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from detector.errors import InvalidRequestError
from jobs.train.datasets.hashing import near_duplicate_groups
from jobs.train.datasets.photos import Dataset, LabelledPhoto, Side, Split

VAL_FRACTION = 0.15
NEGATIVE = -1
"""The stratum of photos without boxes; the others are class ids."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Photos that look alike, with the strata they are in, and the side the record gives them."""

    photos: tuple[LabelledPhoto, ...]
    strata: frozenset[int]
    order: str


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
    """
    if not 0 < val_fraction < 1:
        raise InvalidRequestError(f"--val-fraction {val_fraction} is not between 0 and 1.")
    record = dict(recorded or {})
    own = {photo.side for photo in dataset.photos}
    if {"train", "val"} <= own:
        split = _own_split(dataset)
    else:
        split = _made_split(dataset, seed=seed, recorded=record, val_fraction=val_fraction)
    split = _with_shared_photos(dataset, split)
    record.update(_sides(split))
    return split, record


def _own_split(dataset: Dataset) -> Split:
    """The dataset's own sides; photos that it puts on no side are trained on."""
    return Split(
        train=tuple(photo for photo in dataset.photos if photo.side in ("train", None)),
        val=tuple(photo for photo in dataset.photos if photo.side == "val"),
        test=tuple(photo for photo in dataset.photos if photo.side == "test"),
    )


def _made_split(dataset: Dataset, *, seed: int, recorded: Mapping[str, str], val_fraction: float) -> Split:
    test = tuple(photo for photo in dataset.photos if photo.side == "test")
    pool = tuple(photo for photo in dataset.photos if photo.side != "test")
    notes: tuple[str, ...] = ()
    if not pool:
        pool, test = test, ()
        notes = ("All photos are in the dataset's test part; train and validation were made out of it.",)
    groups = _groups(pool, seed)
    in_val = _deal(groups, recorded, val_fraction)
    return Split(
        train=tuple(photo for photo in pool if photo.sha256 not in in_val),
        val=tuple(photo for photo in pool if photo.sha256 in in_val),
        test=test,
        notes=notes,
    )


def _groups(photos: tuple[LabelledPhoto, ...], seed: int) -> list[_Group]:
    groups = []
    for indices in near_duplicate_groups(photos):
        members = tuple(photos[i] for i in indices)
        first = min(photo.sha256 for photo in members)
        order = hashlib.sha256(f"{seed} {first}".encode()).hexdigest()
        groups.append(_Group(members, frozenset(s for photo in members for s in _strata(photo)), order))
    return sorted(groups, key=lambda group: group.order)


def _strata(photo: LabelledPhoto) -> frozenset[int]:
    return frozenset(truth.class_id for truth in photo.ground_truth) or frozenset({NEGATIVE})


def _deal(groups: list[_Group], recorded: Mapping[str, str], val_fraction: float) -> set[str]:
    """The contents (SHA-256) of all photos in val."""
    val: list[_Group] = []
    train: list[_Group] = []
    fresh: list[_Group] = []
    in_val: set[str] = set()
    for group in groups:
        old = [side for photo in group.photos if (side := recorded.get(photo.sha256)) in ("train", "val")]
        if not old:
            fresh.append(group)
            continue
        side = "val" if all(entry == "val" for entry in old) else "train"
        (val if side == "val" else train).append(group)
        in_val |= {photo.sha256 for photo in group.photos if recorded.get(photo.sha256, side) == "val"}
    for group in _chosen(fresh, val, train, val_fraction):
        in_val |= {photo.sha256 for photo in group.photos}
    return in_val


def _chosen(fresh: list[_Group], val: list[_Group], train: list[_Group], val_fraction: float) -> list[_Group]:
    """The fresh groups that go to val: for each stratum, the rarest first, as many as it is short of."""
    everything = [*val, *train, *fresh]
    sizes = {stratum: _size(everything, stratum) for group in everything for stratum in group.strata}
    chosen: list[_Group] = []
    for stratum in sorted(sizes, key=lambda s: (sizes[s], s)):
        wanted = max(1, round(val_fraction * sizes[stratum]))
        for group in sorted(fresh, key=lambda g: (len(g.photos) > wanted, g.order)):
            have = _size([*val, *chosen], stratum)
            if have >= wanted:
                break
            fits = have == 0 or have + _size([group], stratum) <= wanted
            if (
                group not in chosen
                and stratum in group.strata
                and fits
                and _spares(group, everything, val, chosen)
            ):
                chosen.append(group)
    return chosen


def _spares(group: _Group, everything: list[_Group], val: list[_Group], chosen: list[_Group]) -> bool:
    """Whether each of the group's strata still has a photo to train on when this group goes to val."""
    rest = [other for other in everything if other is not group and other not in val and other not in chosen]
    return all(any(stratum in other.strata for other in rest) for stratum in group.strata)


def _size(groups: list[_Group], stratum: int) -> int:
    """Photos of the groups that are in the stratum."""
    return sum(stratum in _strata(photo) for group in groups for photo in group.photos)


def _with_shared_photos(dataset: Dataset, split: Split) -> Split:
    """The split with photos on both sides where a class, or everything, would be on one side only."""
    if not split.train or not split.val:
        note = "There are too few different photos to hold any back: validation is on the photos trained on."
        everything = split.train or split.val
        return replace(split, train=everything, val=everything, notes=(*split.notes, note))
    notes = list(split.notes)
    val, train = list(split.val), list(split.train)
    for class_id, label in enumerate(dataset.labels):
        for name, part, other in (("validation", val, train), ("training", train, val)):
            if any(class_id in _strata(photo) for photo in part):
                continue
            shared = next((photo for photo in other if class_id in _strata(photo)), None)
            if shared is not None:
                part.append(shared)
                notes.append(
                    f"'{label}' has no {name} photo of its own: {shared.name} is on both sides, so its "
                    "measured "
                    "accuracy says little. Add photos of it."
                )
    return replace(split, train=tuple(train), val=tuple(val), notes=tuple(notes))


def _sides(split: Split) -> dict[str, str]:
    """The record of a split. A photo on both sides counts as trained on: never measure with it later."""
    parts: tuple[tuple[Side, tuple[LabelledPhoto, ...]], ...] = (
        ("test", split.test),
        ("val", split.val),
        ("train", split.train),
    )
    return {photo.sha256: side for side, part in parts for photo in part}
