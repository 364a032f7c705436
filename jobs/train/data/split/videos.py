"""Groups that are one video: their frames in the order of time, cut where a class would be on one side only."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from jobs.train.data.photos import LabelledPhoto
from jobs.train.data.split.copy_names import series_position
from jobs.train.data.split.groups import Groups, PhotoGroups

MIN_FRAMES = 10
"""Photos with fewer different numbers are no video."""
STRETCHES_HELD_BACK = 2
"""A video is cut so that about so many of its stretches are for validation."""

Frames = tuple[tuple[int, ...], ...]
"""For each frame of a video, in order, the indices of its photo and of that photo's copies."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A video that was cut: its first photo, how many photos it has, and the strata that have no others."""

    first: str
    photos: int
    stretches: int
    strata: tuple[int, ...]


def frames_in_order(photos: Sequence[LabelledPhoto], group: Sequence[int], copies: Groups) -> Frames:
    """The group's photos as frames of its longest numbered series; empty when they are no video.

    A photo outside that series (a mirrored copy with a name of its own) goes with the frame that it is a copy of, or
    with the first.
    """
    positions = {i: position for i in group if (position := series_position(photos[i].name))}
    if len(positions) < MIN_FRAMES:
        return ()
    series = Counter((position.folder, position.series) for position in positions.values())
    main, _ = max(series.items(), key=lambda item: (item[1], item[0]))
    numbers = {i: p.number for i, p in positions.items() if (p.folder, p.series) == main}
    if len(set(numbers.values())) < MIN_FRAMES:
        return ()
    of_copy = _numbers_of_copies(group, numbers, copies)
    frames: dict[int, list[int]] = defaultdict(list)
    for i in group:
        frames[numbers.get(i, of_copy.get(i, min(numbers.values())))].append(i)
    return tuple(tuple(frames[number]) for number in sorted(frames))


def _numbers_of_copies(group: Sequence[int], numbers: dict[int, int], copies: Groups) -> dict[int, int]:
    """For photos without a number in the series, that of the first photo that they are copies of."""
    members = set(group)
    found: dict[int, int] = {}
    for alike in copies:
        if alike[0] in members and (known := [numbers[i] for i in alike if i in numbers]):
            found |= dict.fromkeys(alike, known[0])
    return found


def cut_videos(
    photos: Sequence[LabelledPhoto],
    groups: PhotoGroups,
    strata: Sequence[frozenset[int]],
    *,
    val_fraction: float,
) -> tuple[Groups, tuple[Cut, ...]]:
    """The groups that stay together, with those videos cut that hold (nearly) all photos of a stratum.

    Kept whole, such a video would leave that stratum without anything to measure with. It is cut into stretches of
    time, so that only photos at the cuts have a neighbour on the other side.
    """
    totals = Counter(stratum for entry in strata for stratum in entry)
    kept: list[tuple[int, ...]] = []
    cuts = []
    for group in groups.together:
        own = Counter(stratum for i in group for stratum in strata[i])
        alone = tuple(
            stratum
            for stratum, count in sorted(own.items())
            if count >= MIN_FRAMES and totals[stratum] - count < val_fraction * totals[stratum] / 2
        )
        frames = frames_in_order(photos, group, groups.copies) if alone else ()
        if not frames:
            kept.append(group)
            continue
        stretches = _stretches(frames, strata, alone, val_fraction)
        kept += [tuple(i for frame in stretch for i in frame) for stretch in stretches]
        cuts.append(Cut(photos[frames[0][0]].name, len(group), len(stretches), alone))
    return tuple(kept), tuple(cuts)


def _stretches(
    frames: Frames, strata: Sequence[frozenset[int]], alone: Sequence[int], val_fraction: float
) -> list[Frames]:
    count = min(ceil(STRETCHES_HELD_BACK / val_fraction), len(frames) // 2)
    bounds = {len(frames) * number // count for number in range(1, count)}
    for stratum in alone:
        places = [place for place, frame in enumerate(frames) if any(stratum in strata[i] for i in frame)]
        if len(places) > 1 and not any(places[0] < bound <= places[-1] for bound in bounds):
            # All of it would be in one stretch.
            bounds.add(places[len(places) // 2])
    edges = [0, *sorted(bounds), len(frames)]
    return [frames[start:end] for start, end in pairwise(edges)]
