"""Choosing which groups of photos to hold back, so that each class, and the photos without any, has its share."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NEGATIVE = -1
"""The stratum of photos without boxes; the other strata are class ids."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Photos that must stay together: their contents (SHA-256), how many are in each stratum, and a random rank."""

    contents: tuple[str, ...]
    strata: Mapping[int, int]
    rank: str


def deal(groups: Iterable[Group], recorded: Mapping[str, str], *, val_fraction: float) -> set[str]:
    """The contents of all photos that are for validation.

    What `recorded` has on a side stays there, and what is new in such a group joins it. The other groups are taken
    by rank for the stratum that is rarest, until it has its share, then for the next; where every group is larger than
    the share, the smallest is taken. None is taken that would leave a stratum without a photo to train on.
    """
    in_val: set[str] = set()
    fresh: list[Group] = []
    held, left = Counter[int](), Counter[int]()
    for group in groups:
        sides = {side for content in group.contents if (side := recorded.get(content)) in ("train", "val")}
        if not sides:
            fresh.append(group)
            left.update(group.strata)
            continue
        # Twins that an earlier run put on two sides stay there; a newcomer must not add to what is measured.
        default = "val" if sides == {"val"} else "train"
        in_val.update(content for content in group.contents if recorded.get(content, default) == "val")
        (held if default == "val" else left).update(group.strata)
    for group in _chosen(fresh, held, left, val_fraction):
        in_val.update(group.contents)
    return in_val


def _chosen(fresh: list[Group], held: Counter[int], left: Counter[int], val_fraction: float) -> list[Group]:
    """The groups to hold back; `held` and `left` count photos by stratum on either side and are kept up to date."""
    totals = held + left
    chosen: list[Group] = []
    taken: set[str] = set()
    for stratum in sorted(totals, key=lambda s: (totals[s], s)):
        wanted = max(1, round(val_fraction * totals[stratum]))
        candidates = [group for group in fresh if stratum in group.strata and group.rank not in taken]
        for group in sorted(candidates, key=lambda g: (max(0, g.strata[stratum] - wanted), g.rank)):
            if held[stratum] >= wanted:
                break
            fits = not held[stratum] or held[stratum] + group.strata[stratum] <= wanted
            if fits and all(left[s] > count for s, count in group.strata.items()):
                chosen.append(group)
                taken.add(group.rank)
                held.update(group.strata)
                left.subtract(group.strata)
    return chosen
