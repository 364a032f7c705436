"""What a photo's file name says of its origin: which photo it is an augmented copy of, and which frame of a series.

Names alone join only where a tool or a person writes what was done. Plain counters (IMG_0001, DSC01234, 17) say no
more than an order, and "photo (2).jpg" or "photo - Copy.jpg" nothing at all: whole data sets are named that way, and
true copies are found by their looks.
"""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from jobs.train.data.names import UPLOAD_PREFIX, side_named

_EXTENSION = r"(?:jpe?g|png|bmp|webp|tiff?|gif|heic)"
_ROBOFLOW = re.compile(r"(?P<base>.+?)\.rf\.[^.]*")
"""IMG_0001_jpg.rf.0123abcd: Roboflow's exports."""
_AUGMENTOR = re.compile(rf"(?:.*_)?original_(?P<base>.+)\.{_EXTENSION}_[0-9a-f-]{{36}}", re.IGNORECASE)
"""cats_original_IMG_0001.jpg_<uuid>: Augmentor."""
_FORMER_EXTENSION = re.compile(rf"[._]{_EXTENSION}", re.IGNORECASE)

_CHANGES = (
    "aug|augmented|augmentation|flip|flipped|hflip|vflip|fliplr|flipud|fliph|flipv|mirror|mirrored|"
    "rot|rotate|rotated|rotation|bright|brightness|dark|darker|brighter|blur|blurred|noise|noisy|contrast|"
    "crop|cropped|gray|grey|grayscale|hue|saturation|zoom|zoomed|shear|sheared|shift|shifted|cutout|jitter|sharpen"
)
_DIRECTION = r"(?:horizontal|vertical)(?:ly)?"
_MORE_CHANGES = (
    rf"{_DIRECTION}[-_ ]?(?:flip|flipped|mirror|mirrored)|(?:flip|flipped|mirror|mirrored)[-_ ]?{_DIRECTION}|"
    "darken|darkened|brighten|brightened|gaussian[-_ ]?(?:noise|blur)|original|transformed"
)
"""Changes that are told by an end only: "original_0001" and the like begin the names of plain photos."""
_AMOUNT = r"(?:[-_ ]{0,2}\d+(?:\.\d+)?(?:deg|degrees)?)?"
_SUFFIX = re.compile(
    rf"(?:[-_ ](?:{_CHANGES}|{_MORE_CHANGES})|(?<=\d)(?:flipped|mirrored|rotated|augmented)){_AMOUNT}",
    re.IGNORECASE,
)
"""IMG_0001_aug_3, IMG_0001-flip, IMG_0001_rot90, IMG_0001_brightness_0.4, IMG_0001Flipped."""
_PREFIX = re.compile(rf"(?:{_CHANGES})[-_ ](?:\d+[-_ ])?(?=.*[0-9])", re.IGNORECASE)
"""aug_3_IMG_0001, flipped_IMG_0001."""
_AUGMENTED_FOLDER = re.compile(
    r"aug|augmented(?:[-_ ]?(?:images?|data|photos?))?|augmentations?", re.IGNORECASE
)
_KERAS = re.compile(r"_\d{1,5}_\d{1,8}")
"""IMG_0001_0_4821: Keras' generators, with the photo's own name as the prefix."""


class Origin(Enum):
    """How sure a name is that the photo is a copy of another."""

    PLAIN = "no copy"
    MAYBE = "a copy if there is a plain photo of the base's name"
    COPY = "a copy"


@dataclass(frozen=True, slots=True)
class CopyName:
    """`base` is the name without what a tool added; `folder` is without the side of the split (train, valid).

    `augmented` is true in a folder of augmented copies, which `folder` leaves out.
    """

    folder: str
    base: str
    origin: Origin
    augmented: bool = False


def copy_name(name: str) -> CopyName:
    """What the photo's name says of the photo it was made from."""
    path = PurePosixPath(name)
    base, origin = _base(_short(path.name))
    folders = [part for part in path.parts[:-1] if not side_named(part)]
    own = [part for part in folders if not _AUGMENTED_FOLDER.fullmatch(part)]
    augmented = len(own) < len(folders)
    if augmented and origin is Origin.PLAIN:
        origin = Origin.MAYBE
    return CopyName("/".join(own), base, origin, augmented)


def _short(file: str) -> str:
    """At most as much of the name as a file system takes; a zip's names can be longer."""
    return file[-255:]


def _base(file: str) -> tuple[str, Origin]:
    if match := _ROBOFLOW.match(file):
        return _without_extension(match["base"]), Origin.COPY
    stem = PurePosixPath(file).stem
    if match := _AUGMENTOR.fullmatch(stem):
        return match["base"], Origin.COPY
    base = _without_end(_SUFFIX, stem)
    # A base without a number ("apple" of apple_rot_12) names a kind of thing rather than one photo.
    if base != stem:
        return base, Origin.COPY if re.search(r"\d", base) else Origin.MAYBE
    if match := _PREFIX.match(stem):
        surely = match[0].lower().startswith("aug") and not stem[match.end() :].isdigit()
        return stem[match.end() :], Origin.COPY if surely else Origin.MAYBE
    base = _without_end(_KERAS, stem)
    return base, Origin.PLAIN if base == stem else Origin.MAYBE


def _without_end(pattern: re.Pattern[str], text: str) -> str:
    """The text without what the pattern matches at its end, as often as it does; never empty."""
    while match := re.fullmatch(rf"(?P<rest>.+?){pattern.pattern}", text, pattern.flags):
        text = match["rest"]
    return text


def _without_extension(base: str) -> str:
    """IMG_0001 of IMG_0001_jpg, as Roboflow writes it."""
    return _without_end(_FORMER_EXTENSION, base)


@dataclass(frozen=True, slots=True)
class SeriesPosition:
    """A photo's place in a numbered series. `told` is whether the name says that it is a frame of a video or burst."""

    folder: str
    series: str
    number: int
    told: bool


_PIXEL_BURST = re.compile(r"(?P<before>.*?)(?P<series>BURST\d{8,})(?P<after>.*)")
"""00003IMG_00003_BURST20240101123000000_COVER and BURST20240101123000_03: one burst has one time."""
_FRAME = re.compile(
    r"(?P<series>(?:.*[^a-z])?(?:frames?|frm|burst)|.+[^a-z](?:mp4|mov|avi|mkv|webm|m4v))"
    r"[-_ .=]*(?P<number>\d{1,18})(?!\d).*",
    re.IGNORECASE,
)
"""video1_frame_0001, myvideo_mp4-12, IMG_20240101_123000_BURST001."""
_COUNTER = re.compile(r"(?P<series>.*?)(?P<number>\d{1,18})\)?")
_TIME = r"(?:19|20)\d{6}[-_ ]?\d{6}"
_SAME_SECOND = re.compile(rf"(?P<series>.*{_TIME}[-_ (]+)(?P<number>\d{{1,3}})\)?")
"""20240101_123000_003: a burst of one second."""
_TAKEN_AT = re.compile(rf"(?P<series>.*?)(?P<number>{_TIME}\d{{0,3}})")
_TELLING_WORD = re.compile(r"(?<![a-z])(?:video|vid|clip|burst|frames?|vlcsnap)(?![a-z])", re.IGNORECASE)


def series_position(name: str) -> SeriesPosition | None:
    """Where the photo is in a numbered series, None when its name has no counter.

    Augmented copies have the position of the photo that they were made from.
    """
    path, copy = PurePosixPath(name), copy_name(name)
    base = copy.base if copy.origin is Origin.COPY else PurePosixPath(_short(path.name)).stem
    base = UPLOAD_PREFIX.sub("", base, count=1)
    if match := _PIXEL_BURST.fullmatch(base):
        counter = re.search(r"\d{1,18}", match["after"]) or re.search(r"\d{1,18}", match["before"])
        return SeriesPosition(copy.folder, match["series"], int(counter[0]) if counter else 0, told=True)
    if match := _FRAME.fullmatch(base) or _SAME_SECOND.fullmatch(base):
        return SeriesPosition(copy.folder, match["series"], int(match["number"]), told=True)
    if match := _TAKEN_AT.fullmatch(base):
        taken_at = int(re.sub(r"\D", "", match["number"]))
        return SeriesPosition(copy.folder, match["series"], taken_at, told=False)
    if match := _COUNTER.fullmatch(base):
        told = any(_TELLING_WORD.search(text) for text in (match["series"], path.parent.name))
        return SeriesPosition(copy.folder, match["series"], int(match["number"]), told)
    return None
