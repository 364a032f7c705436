from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from jobs.train.data.split.stratified import Group, deal

STRATA = st.sets(st.integers(-1, 3), min_size=1, max_size=3)


@st.composite
def groups(draw: st.DrawFn) -> list[Group]:
    found = []
    for number, sizes in enumerate(
        draw(st.lists(st.lists(STRATA, min_size=1, max_size=4), min_size=1, max_size=25))
    ):
        contents = tuple(f"{number}-{i}" for i in range(len(sizes)))
        found.append(Group(contents, Counter(s for strata in sizes for s in strata), f"{number:03}"))
    return found


@given(groups(), st.floats(0.05, 0.6))
def test_groups_stay_whole_and_every_stratum_keeps_a_photo_to_train_on(
    found: list[Group], share: float
) -> None:
    in_val = deal(found, {}, val_fraction=share)
    left: Counter[int] = Counter()
    for group in found:
        assert len(in_val.intersection(group.contents)) in (0, len(group.contents))
        if not in_val.intersection(group.contents):
            left.update(group.strata)
    assert all(left[stratum] > 0 for group in found for stratum in group.strata)


@given(groups(), groups(), st.floats(0.05, 0.6))
def test_what_is_recorded_stays(old: list[Group], new: list[Group], share: float) -> None:
    before = deal(old, {}, val_fraction=share)
    record = {content: "val" if content in before else "train" for group in old for content in group.contents}
    later = [Group(tuple(f"new-{c}" for c in g.contents), g.strata, f"new-{g.rank}") for g in new]
    after = deal([*later, *old], record, val_fraction=share)
    assert {content for content in after if content in record} == before


def test_the_share_is_of_each_stratum() -> None:
    many = [Group((f"{i}",), {i % 2: 1}, f"{i * 7919 % 1000:03}") for i in range(100)]
    in_val = deal(many, {}, val_fraction=0.2)
    assert Counter(int(content) % 2 for content in in_val) == {0: 10, 1: 10}
