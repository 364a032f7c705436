"""Folders of masks, previews, predictions and earlier runs, whose pictures are not the dataset's photos.

Tools write them beside the photos, under the photos' own names: trained on, they would be photos with wrong
boxes, or photos without any. They are set aside only where there are photos elsewhere, so that a dataset which
lies in a folder called `results` is read as any other.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from jobs.train.data.names import fold, is_photo
from jobs.train.data.problems import Problem, ProblemKind

ANNOTATION_SUFFIXES = (
    ".txt",
    ".xml",
    ".json",
    ".jsonl",
    ".ndjson",
    ".csv",
    ".tsv",
    ".yaml",
    ".yml",
    ".manifest",
)
SHOWN_FILES = 3
MIN_COMPANIONS = 0.5
"""A folder is one of masks or previews if this fraction of its pictures is called like a photo elsewhere."""

_RUNS = re.compile(r"runs|predict|predictions?|predicted|preds?|inferences?")
"""Folders of earlier runs, by their letters alone (predict2, predict-3): all that is in them is theirs."""
_COMPANIONS = re.compile(
    r"(semantic|instance|binary|panoptic|seg|segmentation|object|class|colou?r|gt|images?|png)*"
    r"(masks?|trimaps?|segmentations?|segmentationclass|segmentationobject|segmentationclassraw)"
    r"(images?|png|raw|train|val|valid|test)*"
    r"|previews?|thumb(nail)?s?|heatmaps?|crops?|exp|debug"
    r"|(with|and|images?|imgs?|photos?|labels?|b?box(es)?|boundingbox(es)?|annotations?|gt|yolo|detect(ion|or)?s?)*"
    r"(vis|viz|visuali[sz](ed?|ations?)|overlay(s|ed)?|annotated|rendered|drawn?|outputs?|out|results?"
    r"|detected|detections|b?boxes|boundingboxes|withlabels|withannotations)"
    r"(with|images?|imgs?|photos?|labels?|b?box(es)?|boundingbox(es)?|annotations?)*"
)
"""Folders of pictures made from the photos, if the names of their pictures say so too."""
_MADE_FROM = re.compile(
    r"[ ._-](mask|seg|segmentation|trimap|thumb|thumbnail|preview|overlay|pred|prediction|vis|annotated)$"
)
"""What tools append to the name of a photo for a picture made from it."""


def set_aside(files: Sequence[str]) -> tuple[frozenset[str], tuple[Problem, ...]]:
    """The files that are not the dataset's own, and a remark on each folder of them.

    `files` are relative paths. Beside pictures, the annotation files of earlier runs are set aside.
    """
    of_runs = [file for file in files if _run_folder(file)]
    if not _enough_without(files, set(of_runs)):
        of_runs = []
    rest = [file for file in files if is_photo(file) and file not in set(of_runs)]
    made = _pictures_made_from(rest)
    aside = frozenset(of_runs) | frozenset(made)
    return aside, tuple(_remarks(aside))


def _run_folder(file: str) -> str | None:
    """The outermost folder of earlier runs that the file is in."""
    parts = PurePosixPath(file).parts[:-1]
    return next(
        ("/".join(parts[: i + 1]) for i, part in enumerate(parts) if _RUNS.fullmatch(_letters(part))), None
    )


def _enough_without(files: Iterable[str], of_runs: set[str]) -> bool:
    """Whether there are photos and annotations besides those of earlier runs."""
    others = [file for file in files if file not in of_runs]
    return any(map(is_photo, others)) and any(file.lower().endswith(ANNOTATION_SUFFIXES) for file in others)


def _pictures_made_from(photos: Sequence[str]) -> list[str]:
    """Masks, previews and the like: in a folder called so, or beside the photo and called like it with a word more."""
    folders: dict[str, list[str]] = defaultdict(list)
    stems: set[str] = set()
    for photo in photos:
        if folder := _companion_folder(photo):
            folders[folder].append(photo)
        else:
            stems.add(_stem(photo))
    made = [photo for inside in folders.values() if _are_companions(inside, stems) for photo in inside]
    in_folder = {fold(str(PurePosixPath(photo).with_suffix(""))) for photo in photos}
    beside = [photo for photo in photos if _is_beside_its_photo(photo, in_folder)]
    return made + beside


def _companion_folder(photo: str) -> str | None:
    parts = PurePosixPath(photo).parts[:-1]
    named = (
        "/".join(parts[: i + 1]) for i, part in enumerate(parts) if _COMPANIONS.fullmatch(_letters(part))
    )
    return next(named, None)


def _are_companions(pictures: Sequence[str], stems: set[str]) -> bool:
    known = sum(
        _stem(picture) in stems or _MADE_FROM.sub("", _stem(picture)) in stems for picture in pictures
    )
    return known >= MIN_COMPANIONS * len(pictures)


def _is_beside_its_photo(photo: str, in_folder: set[str]) -> bool:
    path = fold(str(PurePosixPath(photo).with_suffix("")))
    original = _MADE_FROM.sub("", path)
    return original != path and original in in_folder


def _stem(file: str) -> str:
    return fold(PurePosixPath(file).stem)


def _letters(folder: str) -> str:
    return "".join(filter(str.isalpha, folder.lower()))


def _remarks(aside: Iterable[str]) -> Iterable[Problem]:
    """One remark a folder, with the first few names."""
    by_folder: dict[str, list[str]] = defaultdict(list)
    for file in sorted(aside):
        by_folder[str(PurePosixPath(file).parent)].append(PurePosixPath(file).name)
    for folder, names in by_folder.items():
        count = "1 file" if len(names) == 1 else f"{len(names)} files"
        shown = ", ".join(names[:SHOWN_FILES]) + (", ..." if len(names) > SHOWN_FILES else "")
        message = f"{count} of masks, previews, predictions or an earlier run, not photos: {shown}; left out."
        yield Problem(folder, ProblemKind.SET_ASIDE, message)
