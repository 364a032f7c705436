"""What a reader finds, on its way to Annotations: the one place where annotations are matched to photos."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from detector.errors import DatasetError
from jobs.train.datasets.claims import Claim, settle
from jobs.train.datasets.lookup import PhotoIndex, exactness, side_of_folder, side_of_name
from jobs.train.datasets.photos import AnnotatedBox, AnnotatedPhoto, Annotations, Side
from jobs.train.datasets.problems import Problem, ProblemKind
from jobs.train.datasets.source import Source

T = TypeVar("T")

_NOT_LISTED = "no annotation names it, so nobody said what is in it; not used."


class Collector:
    """Photos with their boxes, and what is wrong with a dataset, as one reader meets them.

    A reader goes through its files with `documents`, tells of each annotated photo with `add` and of each fault
    with `report`, and ends with `annotations`. Which file the annotation means is decided here, by one rule for
    all formats (docs/datasets.md).
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.index = PhotoIndex(source.files)
        self._claims: list[Claim] = []
        self._problems: list[Problem] = []

    def documents(self, parse: Callable[[bytes], T | None], *suffixes: str) -> Iterator[tuple[str, T]]:
        """Each file with one of the suffixes, and what `parse` makes of its bytes.

        None from `parse` is a file of another kind, which is passed over; its ValueError or DatasetError says what
        is wrong with the file, which is reported.
        """
        for file in sorted(self.source.with_suffix(*suffixes)):
            try:
                content = parse(self.source.read(file))
            except (ValueError, DatasetError) as error:
                message = f"{str(error).rstrip('.')}; the file is left out."
                self.report(file, ProblemKind.UNREADABLE_ANNOTATION, message)
                continue
            if content is not None:
                yield file, content

    def report(self, file: str, kind: ProblemKind, message: str) -> None:
        """Tell of a problem in `file`; the message says what was found and what was done about it."""
        self._problems.append(Problem(file, kind, message))

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
        """A photo that the annotation file `file` describes.

        `stated` is the photo's name as written there, or several in the order in which they are believed. `side`
        is what the annotation says of the split; without it the folders' names tell. `left_out` counts objects
        that could not be used. `embedded` reads the photo out of the annotation where no file has it.
        """
        names = [stated] if isinstance(stated, str) else [name for name in stated if name]
        photo = next((found for name in names if (found := self.index.find(name, beside=file))), None)
        said = names[0] if names else ""
        if photo is None and embedded is None:
            self.report(
                file, ProblemKind.MISSING_PHOTO, f"names '{said}', and there is no such photo; left out."
            )
            return
        name = photo or f"{file}#{said}"
        read = self.source.reader(photo) if photo else embedded
        assert read is not None  # for the type checker: one of the two is there
        own_side = side or side_of_name(file) or side_of_folder(file) or side_of_folder(name)
        annotated = AnnotatedPhoto(name, read, tuple(boxes), stated_size, own_side, left_out)
        self._claims.append(Claim(annotated, file, said, exactness(name, said, beside=file)))

    def annotations(self, labels: tuple[str, ...] | None = None) -> Annotations:
        """All that was found. `labels` is in the format's own order, None where it has none."""
        photos, contested = settle(self._claims)
        listed = {photo.name for photo in photos}
        unlisted = [
            Problem(name, ProblemKind.NOT_ANNOTATED, _NOT_LISTED)
            for name in self.index.photos
            if name not in listed
        ]
        return Annotations(tuple(photos), labels, (*self._problems, *contested, *unlisted))
