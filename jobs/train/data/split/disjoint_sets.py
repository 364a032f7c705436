"""Things that belong together, directly or through others."""

import numpy as np
import numpy.typing as npt


class Partition:
    """Which of `count` things are in one group; at first each is alone. A group is known by its first member."""

    def __init__(self, count: int) -> None:
        self._first = np.arange(count)

    def apart(self, members: npt.NDArray[np.intp], member: np.intp) -> npt.NDArray[np.bool_]:
        """Which of the members are in another group than the one."""
        return np.asarray(self._first[members] != self._first[member])

    def join(self, a: int, b: int) -> None:
        """Put both, and all that is with either, into one group."""
        first, second = sorted((self._first[a], self._first[b]))
        if first != second:
            self._first[self._first == second] = first

    def join_all(self, members: list[int]) -> None:
        """Put all members into one group."""
        for member in members[1:]:
            self.join(members[0], member)

    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The groups in the order of their first members, with their members in order."""
        found: dict[int, list[int]] = {}
        for member, first in enumerate(self._first.tolist()):
            found.setdefault(first, []).append(member)
        return tuple(map(tuple, found.values()))
