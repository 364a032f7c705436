"""What a reader finds, on its way to Annotations: the one place where annotations are matched to photos."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

from detector.errors import DatasetError
from jobs.train.data.encoding import text_of
from jobs.train.data.matching.contested import Claim, settle
from jobs.train.data.matching.photo_index import BY_ANOTHER_NAME, NO_MATCH, Match, PhotoIndex, exactness
from jobs.train.data.names import clean_path, fold, names_before_upload, side_of_folder, side_of_name
from jobs.train.data.photos import AnnotatedBox, AnnotatedPhoto, Annotations, Side
from jobs.train.data.problems import Problem, ProblemKind
from jobs.train.data.source import Source

T = TypeVar("T")

SHOWN_RIVALS = 3
_NOT_LISTED = "no annotation names it, so nobody said what is in it; not used."


class Collector:
    """Photos with their boxes, and what is wrong with a dataset, as one reader meets them.

    A reader goes through its files with `documents`, tells of each annotated photo with `add` (of a file that lists
    photos) or `add_single` (of a file for one photo) and of each fault with `report`, and ends with `annotations`.
    Which file the annotation means is decided here, by one rule for all formats (docs/datasets.md).
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.index = PhotoIndex(source.files, source.set_aside)
        self._claims: list[Claim] = []
        self._problems: list[Problem] = []
        self._undecided: set[str] = set()
        self._stems: dict[str, frozenset[str]] = {}

    def documents(self, parse: Callable[[bytes], T | None], *suffixes: str) -> Iterator[tuple[str, T]]:
        """Each file with one of the suffixes, and what `parse` makes of its bytes.

        None from `parse` is a file of another kind, which is passed over; its ValueError or DatasetError says what
        is wrong with the file, which is reported.
        """
        for file in sorted(self.source.with_suffix(*suffixes)):
            try:
                data = self.source.read(file)
                content = parse(data)
            except (ValueError, DatasetError) as error:
                message = f"{str(error).rstrip('.')}; the file is left out."
                self.report(file, ProblemKind.UNREADABLE_ANNOTATION, message)
                continue
            if content is not None:
                # XML says itself which encoding it is in.
                if not file.lower().endswith(".xml"):
                    self.report_encoding(file, data)
                yield file, content

    def report_encoding(self, file: str, data: bytes) -> None:
        """Tell where the text of `file`, which has these bytes, was read in an encoding that was assumed."""
        text_of(data, file, self._problems)

    def report(self, file: str, kind: ProblemKind, message: str) -> None:
        """Tell of a problem in `file`; the message says what was found and what was done about it."""
        self._problems.append(Problem(file, kind, message))

    def find(self, file: str, names: Sequence[str], *, where: str = "") -> str | None:
        """The photo that `file` means by the first of the `names` that leads to one; None is reported.

        `where` is the place in the file, for the message ("line 3 ").
        """
        said, match = self._look_up(file, names)
        if match.photo is None:
            self._report_no_photo(file, said, match, where)
        elif match.other_extension:
            message = f"{file} names '{said}', and only this file is called so; taken for it."
            self.report(match.photo, ProblemKind.OTHER_EXTENSION, message)
        return match.photo

    def name_of(self, file: str, stated: str) -> str:
        """The photo that `file` means by the name `stated`, for messages; the name itself where there is none."""
        return self._look_up(file, [stated])[1].photo or stated

    def add(
        self,
        file: str,
        stated: str | Sequence[str],
        boxes: Iterable[AnnotatedBox],
        *,
        stated_size: tuple[int, int] | None = None,
        side: Side | None = None,
        left_out: int = 0,
        embedded: Callable[[], bytes] | None = None,
    ) -> None:
        """A photo that the annotation file `file` lists, perhaps among others.

        `stated` is the photo's name as written there, or several in the order in which they are believed. `side`
        is what the annotation says of the split; without it the names of the files and folders tell. `left_out` counts
        objects that could not be used. `embedded` reads the photo out of the annotation where no file has it.
        """
        names = _as_names(stated)
        name, read = self._photo(file, names, embedded)
        if read is None:
            return
        told = side or side_of_name(file) or side_of_folder(file) or side_of_folder(name)
        photo = AnnotatedPhoto(name, read, tuple(boxes), stated_size, told, left_out)
        # Where the list itself lies does not make it more exact: one list is as good as another.
        how_exactly = max((exactness(name, said) for said in names), default=BY_ANOTHER_NAME)
        self._claims.append(Claim(photo, file, next(iter(names), ""), how_exactly))

    def add_single(
        self,
        file: str,
        stated: str | Sequence[str],
        boxes: Iterable[AnnotatedBox],
        *,
        stated_size: tuple[int, int] | None = None,
        side: Side | None = None,
        left_out: int = 0,
        embedded: Callable[[], bytes] | None = None,
    ) -> None:
        """A photo whose annotation file describes it alone, and as a rule is called like it; else as `add`.

        The name in the file decides, with its extension. But tools leave it stale when files are renamed: where the
        photo that it names has an annotation of its own, the photo called like the file is meant.
        """
        stem = PurePosixPath(file).stem
        names = _as_names(stated)
        names = [stem, *names] if self._names_anothers_photo(file, names) else [*names, stem]
        name, read = self._photo(file, names, embedded)
        if read is None:
            return
        told = side or side_of_folder(name) or side_of_folder(file)
        photo = AnnotatedPhoto(name, read, tuple(boxes), stated_size, told, left_out)
        called_alike = fold(stem) in _folded_stems(name)
        tells = called_alike or names_before_upload(stem)
        how_exactly = exactness(name, stem, beside=file) if tells else BY_ANOTHER_NAME
        self._claims.append(Claim(photo, file, names[0], how_exactly))

    def _photo(
        self, file: str, names: Sequence[str], embedded: Callable[[], bytes] | None
    ) -> tuple[str, Callable[[], bytes] | None]:
        """Name and reader of the photo; no reader where there is none, which is reported."""
        if embedded is not None and self._look_up(file, names)[1] is NO_MATCH:
            return f"{file}#{clean_path(next(iter(names), ''))}", embedded
        found = self.find(file, names)
        return (found, self.source.reader(found)) if found else ("", None)

    def _look_up(self, file: str, names: Sequence[str]) -> tuple[str, Match]:
        """The name that leads to a photo, or to several, and what it leads to; else the first name."""
        for name in filter(None, names):
            match = self.index.find(name, beside=file)
            if match is not NO_MATCH:
                return name, match
        return next(filter(None, names), ""), NO_MATCH

    def _report_no_photo(self, file: str, said: str, match: Match, where: str) -> None:
        if not match.rivals:
            message = f"{where}names '{said}', and there is no such photo; left out."
            self.report(file, ProblemKind.MISSING_PHOTO, message)
            return
        self._undecided.update(match.rivals)
        shown = " or ".join(match.rivals[:SHOWN_RIVALS])
        more = len(match.rivals) - SHOWN_RIVALS
        message = (
            f"{where}names '{said}', which may be {shown}{f' or {more} more' if more > 0 else ''}; none is used. "
            "Keep one of them, or write its folder and extension into the name."
        )
        self.report(file, ProblemKind.AMBIGUOUS_PHOTO, message)

    def _names_anothers_photo(self, file: str, names: Iterable[str]) -> bool:
        """Whether the file names a photo that is called like another annotation, and one is called like the file."""
        stem = PurePosixPath(file).stem
        named = self._look_up(file, tuple(names))[1].photo
        if named is None or fold(stem) in _folded_stems(named):
            return False
        own = self.index.find_stem(stem, beside=file)
        return own is not NO_MATCH and not self._annotation_stems(file).isdisjoint(_folded_stems(named))

    def _annotation_stems(self, file: str) -> frozenset[str]:
        """The folded names of all files of this file's suffix, without it."""
        suffix = PurePosixPath(file).suffix.lower()
        if suffix not in self._stems:
            files = self.source.with_suffix(suffix)
            self._stems[suffix] = frozenset(fold(PurePosixPath(other).stem) for other in files)
        return self._stems[suffix]

    def annotations(self, labels: tuple[str, ...] | None = None) -> Annotations:
        """All that was found. `labels` is in the format's own order, None where it has none."""
        photos, contested = settle(self._claims)
        listed = {photo.name for photo in photos} | self._undecided
        unlisted = [
            Problem(name, ProblemKind.NOT_ANNOTATED, _NOT_LISTED)
            for name in self.index.photos
            if name not in listed
        ]
        return Annotations(tuple(photos), labels, (*self._problems, *contested, *unlisted))


def _as_names(stated: str | Sequence[str]) -> list[str]:
    return [name for name in ([stated] if isinstance(stated, str) else stated) if name]


def _folded_stems(photo: str) -> tuple[str, str]:
    """What an annotation of the photo may be called: its name without the extension, or with it."""
    path = PurePosixPath(photo)
    return fold(path.stem), fold(path.name)
