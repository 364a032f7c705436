import numpy as np

from jobs.train.data.split.disjoint_sets import Partition


def test_groups_are_transitive_and_in_the_order_of_their_first_members() -> None:
    partition = Partition(6)
    partition.join(5, 3)
    partition.join_all([4, 1, 3])
    assert partition.groups() == ((0,), (1, 3, 4, 5), (2,))
    assert partition.apart(np.arange(6), np.intp(5)).tolist() == [True, False, True, False, False, False]


def test_nothing_makes_no_group() -> None:
    assert Partition(0).groups() == ()
