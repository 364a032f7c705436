"""DETECTOR_* variables: a misspelt one stops the program instead of being ignored."""

import difflib
from collections.abc import Iterable, Mapping

from detector.errors import InvalidRequestError

PREFIX = "DETECTOR_"

COMMAND_LINE_VARIABLES = (
    "DETECTOR_ACTOR",
    "DETECTOR_CACHE",
    "DETECTOR_MODEL",
    "DETECTOR_SIGNING_KEY",
    "DETECTOR_STORE",
    "DETECTOR_TRUSTED_KEYS",
)
"""Those that the command line reads, most as defaults of its options."""


def refuse_unknown_variables(environment: Mapping[str, str], known: Iterable[str]) -> None:
    """Raise InvalidRequestError for a DETECTOR_* variable that no program knows, with the nearest known name.

    `known` are full names, such as "DETECTOR_STORE".
    """
    # The prefix that all share would make short names look alike.
    names = sorted(name.removeprefix(PREFIX) for name in set(known))
    for variable in sorted(environment):
        name = variable.removeprefix(PREFIX)
        if variable.startswith(PREFIX) and name not in names:
            nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.0)
            hint = f" Did you mean {PREFIX}{nearest[0]}?" if nearest else ""
            raise InvalidRequestError(f"{variable} is not a setting of any program.{hint}")
