"""What can be wrong with a dataset: each problem names its file, its kind, and what was done about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    """The kinds a data report counts; the values are stable names in its JSON."""

    UNSAFE_NAME = "unsafe_name"
    UNREADABLE_ANNOTATION = "unreadable_annotation"
    MISSING_PHOTO = "missing_photo"
    AMBIGUOUS_PHOTO = "ambiguous_photo"
    OTHER_EXTENSION = "other_extension"
    SET_ASIDE = "set_aside"
    MISSING_PART = "missing_part"
    NOT_ANNOTATED = "not_annotated"
    ASSUMED_NEGATIVE = "assumed_negative"
    ASSUMED_ENCODING = "assumed_encoding"
    EXTRA_COLUMNS = "extra_columns"
    UNREADABLE_PHOTO = "unreadable_photo"
    SIZE_MISMATCH = "size_mismatch"
    TURNED_BOXES = "turned_boxes"
    INVALID_BOX = "invalid_box"
    INVERTED_BOX = "inverted_box"
    CLIPPED_BOX = "clipped_box"
    DROPPED_BOX = "dropped_box"
    DUPLICATE_BOX = "duplicate_box"
    CROWD_BOX = "crowd_box"
    UNKNOWN_CLASS = "unknown_class"
    UNUSED_CLASS = "unused_class"
    CLASS_NAMES = "class_names"
    AMBIGUOUS_ID = "ambiguous_id"
    SUSPICIOUS_LABEL = "suspicious_label"
    NO_USABLE_BOX = "no_usable_box"
    DUPLICATE_PHOTO = "duplicate_photo"
    JOINED_BOXES = "joined_boxes"
    CONFLICTING_DUPLICATE = "conflicting_duplicate"
    NEAR_DUPLICATE = "near_duplicate"
    VIDEO_FRAMES = "video_frames"
    LEAK = "leak"


REMARKS = frozenset(
    {
        ProblemKind.TURNED_BOXES,
        ProblemKind.CROWD_BOX,
        ProblemKind.OTHER_EXTENSION,
        ProblemKind.SET_ASIDE,
        ProblemKind.MISSING_PART,
        ProblemKind.NOT_ANNOTATED,
        ProblemKind.ASSUMED_NEGATIVE,
        ProblemKind.ASSUMED_ENCODING,
        ProblemKind.EXTRA_COLUMNS,
        ProblemKind.JOINED_BOXES,
        ProblemKind.NEAR_DUPLICATE,
        ProblemKind.VIDEO_FRAMES,
        ProblemKind.UNUSED_CLASS,
    }
)
"""Kinds that are reported although nothing is wrong with the dataset; `strict` does not refuse them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `file` is relative to the dataset's root; `message` says what was found and done.

    Both quote what strangers wrote, so characters that a terminal or an encoder would act on are escaped.
    """

    file: str
    kind: ProblemKind
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "file", printable(self.file))
        object.__setattr__(self, "message", printable(self.message))

    def __str__(self) -> str:
        return f"{self.file}: {self.message}"


def printable(text: str) -> str:
    """The text with control characters, lone surrogates and the like written as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def faults(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that a strict reading refuses."""
    return tuple(problem for problem in problems if problem.kind not in REMARKS)
