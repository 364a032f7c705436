"""YOLO: one text file a photo, `class x_center y_center width height` a line, all 0..1.

With a data.yaml (names, and where train, val and test are), or with classes.txt or obj.names and texts
beside the photos or in labels/ for images/. Polygons become their bounding boxes; what rows of other than four
numbers are is decided over the whole dataset, in `yolo_columns`. A photo without a text file is a negative, as
YOLO's own trainers have it, and the report counts them; only where no photo of a part has one, the part was
never labelled, and is reported. So are photos that are in no part, and texts that no photo takes.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from detector.errors import DatasetError
from jobs.train.data.encoding import read_text
from jobs.train.data.format import Format
from jobs.train.data.matching.photo_index import PhotoIndex
from jobs.train.data.names import fold, is_photo, side_of_folder
from jobs.train.data.peek import Peek
from jobs.train.data.photos import AnnotatedBox, AnnotatedPhoto, Annotations, Side
from jobs.train.data.problems import Problem, ProblemKind
from jobs.train.data.readers.yolo.columns import Columns, settle_columns
from jobs.train.data.readers.yolo.config import NAME_FILES, OTHER_TEXTS, YoloConfig, find_config, is_yolo_yaml
from jobs.train.data.readers.yolo.lines import Row, is_row, parse_line, shortened
from jobs.train.data.readers.yolo.texts import pair_texts
from jobs.train.data.source import Source
from jobs.train.data.text import decode_text

_LOW_SCORE = 0.9
"""People are sure of what they label; scores below this are a detector's."""
MAX_TEXTS = 200
"""Texts called like photos that are looked at: the first ones may all be empty."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Photos that are on one side, or on none."""

    side: Side | None
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that could be parsed, by its number in the file and its text as messages quote it."""

    number: int
    shown: str
    row: Row


@dataclass(frozen=True, slots=True)
class _Text:
    """The text file of one photo. `left_out` counts the lines that could not be parsed."""

    file: str
    lines: tuple[_Line, ...] = ()
    left_out: int = 0


def read(source: Source) -> Annotations:
    """All photos of the parts that data.yaml lists, or all there are without one.

    DatasetError when no file names the classes, or a data.yaml cannot be read.
    """
    config = find_config(source)
    index = PhotoIndex(source.files, source.set_aside)
    texts = [file for file in source.with_suffix(".txt") if not config.is_other_text(file)]
    problems = list(config.problems)
    labelled: list[tuple[Side | None, str]] = []
    parts = _parts(source, config, index, problems)
    in_parts = dict.fromkeys(photo for part in parts for photo in part.photos)
    pairs = pair_texts(
        in_parts, (*texts, *(file for file in source.set_aside if file.lower().endswith(".txt")))
    )
    taken = pairs.text_of
    problems += pairs.problems
    for part in parts:
        if not any(photo in taken for photo in part.photos):
            message = "no photo of this part has a text file with boxes; not used."
            problems += [Problem(photo, ProblemKind.NOT_ANNOTATED, message) for photo in part.photos]
            continue
        labelled += [(part.side, photo) for photo in part.photos if photo not in pairs.unused_photos]
    names = config.known_names
    found = {
        photo: _read_lines(source, taken[photo], names, problems) for _, photo in labelled if photo in taken
    }
    rows = [line.row.values for text in found.values() for line in text.lines]
    columns = settle_columns(rows, keypoint_values=config.keypoint_values)
    photos = [
        _annotated(source, photo, found.get(photo), side, config, columns, problems)
        for side, photo in labelled
    ]
    if not photos:
        raise DatasetError(_nothing_found(source, index, problems))
    problems += _without_text([photo.name for photo in photos if photo.name not in taken])
    problems += _with_extra_columns(found.values(), columns)
    problems += _in_no_part(parts, index, config)
    folders = {PurePosixPath(photo.name).parent for photo in photos if "/" in photo.name}
    of_others = pair_texts([photo for photo in index.photos if photo not in in_parts], texts).text_of
    texts = [text for text in texts if text not in pairs.unused_texts]
    problems += _without_photo(texts, index, {**of_others, **taken}, folders)
    return Annotations(tuple(photos), _labels(config, photos, problems), tuple(problems))


def _labels(config: YoloConfig, photos: Iterable[AnnotatedPhoto], problems: list[Problem]) -> tuple[str, ...]:
    """The class names in order; of a vocabulary only those that a box has, where any has one."""
    used = {box.label for photo in photos for box in photo.boxes}
    unused = [name for name in dict.fromkeys(config.names) if name and name not in used]
    if not (config.vocabulary and used and unused):
        return config.names
    names = ", ".join(unused[:5]) + (", ..." if len(unused) > 5 else "")
    message = f"not taken for classes, as no box is of them ({len(unused)}): {names}."
    problems.append(Problem(config.file, ProblemKind.UNUSED_CLASS, message))
    return tuple(name for name in config.names if name in used)


def _nothing_found(source: Source, index: PhotoIndex, problems: Iterable[Problem]) -> str:
    found = "".join(f"\n  {problem}" for problem in list(problems)[:10])
    return f"{source.name}: {len(index.photos)} photos, and no YOLO text file for any of them.{found}"


def _parts(source: Source, config: YoloConfig, index: PhotoIndex, problems: list[Problem]) -> list[_Part]:
    if not config.parts:
        return _parts_by_folder(index)
    parts: list[_Part] = []
    for side, entries in config.parts.items():
        names: dict[str, None] = {}
        missing = []
        for entry in entries:
            found = dict.fromkeys(_photos_of(source, entry, config, index, problems))
            names.update(found)
            missing += [] if found else [entry]
        # Exports name a test part whether there is one or not; training does without, and makes its own val.
        optional = side == "test" or (side == "val" and any(part.side == "train" for part in parts))
        kind = ProblemKind.MISSING_PART if optional and not names else ProblemKind.MISSING_PHOTO
        message = "says '{}', and there are no photos there; left out."
        problems += [Problem(config.file, kind, message.format(entry)) for entry in missing]
        parts += [_Part(side, tuple(names))] if names else []
    return parts


def _parts_by_folder(index: PhotoIndex) -> list[_Part]:
    by_side: dict[Side | None, list[str]] = {}
    for photo in index.photos:
        by_side.setdefault(side_of_folder(photo), []).append(photo)
    return [_Part(side, tuple(photos)) for side, photos in by_side.items()]


def _photos_of(
    source: Source, entry: str, config: YoloConfig, index: PhotoIndex, problems: list[Problem]
) -> Iterable[str]:
    """The photos of one entry of data.yaml: a folder, or a text file that lists them."""
    candidates = config.candidates(entry)
    if entry.lower().endswith(".txt"):
        listing = next((name for name in candidates if name in source.files), None)
        if listing:
            yield from _listed(source, listing, index, problems)
            return
    for folder in candidates:
        if inside := index.inside(folder):
            yield from inside
            return


def _listed(source: Source, listing: str, index: PhotoIndex, problems: list[Problem]) -> Iterable[str]:
    for line in read_text(source, listing, problems).splitlines():
        if not line.strip():
            continue
        match = index.find(line, beside=listing)
        if match.photo:
            yield match.photo
        elif match.rivals:
            message = f"lists '{line.strip()}', which may be {' or '.join(match.rivals[:3])}; none is used."
            problems.append(Problem(listing, ProblemKind.AMBIGUOUS_PHOTO, message))
        else:
            message = f"lists '{line.strip()}', and there is no such photo; left out."
            problems.append(Problem(listing, ProblemKind.MISSING_PHOTO, message))


def _read_lines(source: Source, file: str, names: Container[str], problems: list[Problem]) -> _Text:
    """The file's lines; those that cannot be parsed are reported."""
    try:
        texts = read_text(source, file, problems).splitlines()
    except DatasetError as error:
        problems.append(Problem(file, ProblemKind.UNREADABLE_ANNOTATION, error.message))
        # Nobody knows what it says: the photo is no negative.
        return _Text(file, left_out=1)
    lines: list[_Line] = []
    left_out = 0
    for number, text in enumerate(texts, start=1):
        if not text.strip():
            continue
        try:
            lines.append(_Line(number, shortened(text), parse_line(text, names=names)))
        except ValueError as error:
            left_out += 1
            problems.append(Problem(file, ProblemKind.INVALID_BOX, f"line {number} {error}; left out."))
    return _Text(file, tuple(lines), left_out)


def _annotated(
    source: Source,
    photo: str,
    text: _Text | None,
    side: Side | None,
    config: YoloConfig,
    columns: Columns,
    problems: list[Problem],
) -> AnnotatedPhoto:
    text = text or _Text(photo)
    boxes: list[AnnotatedBox] = []
    for line in text.lines:
        try:
            edges = columns.box(line.row.values)
        except ValueError as error:
            message = f"line {line.number} {error}: '{line.shown}'; left out."
            problems.append(Problem(text.file, ProblemKind.INVALID_BOX, message))
            continue
        label = config.label(line.row.class_id)
        if label is None:
            message = (
                f"line {line.number} has class {line.row.class_id}, and {len(config.names)} classes are named; "
                "left out."
            )
            problems.append(Problem(text.file, ProblemKind.UNKNOWN_CLASS, message))
            continue
        boxes.append(AnnotatedBox(label, edges.ymin, edges.xmin, edges.ymax, edges.xmax, normalised=True))
    left_out = text.left_out + len(text.lines) - len(boxes)
    return AnnotatedPhoto(photo, source.reader(photo), tuple(boxes), side=side, left_out=left_out)


def _with_extra_columns(texts: Iterable[_Text], columns: Columns) -> list[Problem]:
    """One remark on all rows whose last columns were taken for a score and a track number."""
    files: set[str] = set()
    rows = 0
    scores: list[float] = []
    for text in texts:
        for line in text.lines:
            if extra := columns.extra(line.row.values):
                files.add(text.file)
                rows += 1
                scores += [value for value in line.row.values[-extra:] if not value.is_integer()]
    if not rows:
        return []
    message = (
        f"{_count(rows, 'row')} in {_count(len(files), 'file')} with one or two columns more than a box or a "
        "polygon; these were taken for a score and a track number, and not used."
    )
    if scores and min(scores) < _LOW_SCORE:
        message += f" The lowest score is {min(scores):g}: the boxes may be predictions and not labels."
    return [Problem("labels", ProblemKind.EXTRA_COLUMNS, message)]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _without_text(photos: list[str]) -> list[Problem]:
    if not photos:
        return []
    taken_for = "photo without a text file is taken for a negative"
    if len(photos) > 1:
        taken_for = "photos without a text file are taken for negatives"
    message = f"{len(photos)} {taken_for}: {', '.join(photos[:3])}{', ...' if len(photos) > 3 else ''}."
    return [Problem("photos", ProblemKind.ASSUMED_NEGATIVE, message)]


def _in_no_part(parts: Iterable[_Part], index: PhotoIndex, config: YoloConfig) -> list[Problem]:
    used = {photo for part in parts for photo in part.photos}
    message = f"in none of the parts that {config.file} has; not used."
    return [Problem(photo, ProblemKind.NOT_ANNOTATED, message) for photo in index.photos if photo not in used]


def _without_photo(
    texts: Iterable[str], index: PhotoIndex, taken: Mapping[str, str], folders: Container[PurePosixPath]
) -> list[Problem]:
    """Text files that no photo takes: called like one, or in labels/, or in one of the folders of photos."""
    of_photos = frozenset(taken.values())
    stems = {
        fold(name): photo
        for photo in index.photos
        for name in (PurePosixPath(photo).name, PurePosixPath(photo).stem)
    }
    problems = []
    for text in texts:
        path = PurePosixPath(text)
        if text in of_photos:
            continue
        if namesake := stems.get(fold(path.stem)):
            message = f"{namesake} is called like this file, but {_place_of(taken.get(namesake))}; left out."
        elif path.name.lower() not in OTHER_TEXTS and _is_among_texts(path, folders):
            message = "no photo is called like this file; left out."
        else:
            continue
        problems.append(Problem(text, ProblemKind.MISSING_PHOTO, message))
    return problems


def _place_of(other: str | None) -> str:
    """What speaks against a text that is called like a photo."""
    if other:
        return f"its boxes are in {other}"
    return "its boxes are looked for beside it, or in labels/ in the place of images/"


def _is_among_texts(path: PurePosixPath, folders: Container[PurePosixPath]) -> bool:
    return "labels" in str(path.parent).lower().split("/") or path.parent in folders


def _find(peek: Peek) -> str | None:
    return peek.first(is_yolo_yaml, ".yaml", ".yml") or _first_text(peek.source)


def _first_text(source: Source) -> str | None:
    """A text called like a photo that holds boxes; or, where all are empty, one beside a list of classes."""
    paths = [PurePosixPath(file) for file in source.files if is_photo(file)]
    stems = {name.lower() for path in paths for name in (path.stem, path.name)}
    texts = [
        file
        for file in source.with_suffix(".txt")
        if PurePosixPath(file).stem.lower() in stems and PurePosixPath(file).name.lower() not in OTHER_TEXTS
    ]
    named = any(PurePosixPath(file).name.lower() in NAME_FILES for file in source.files)
    for file in texts[:MAX_TEXTS]:
        try:
            lines = [line for line in decode_text(source.read(file)).splitlines() if line.strip()]
        except DatasetError:
            continue
        if (lines or named) and all(is_row(line, named=named) for line in lines):
            return file
    return None


FORMAT = Format(
    name="yolo",
    title="YOLO",
    files="data.yaml, or a .txt for each photo and classes.txt",
    find=_find,
    read=read,
)
