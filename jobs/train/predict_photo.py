"""Detects in photos with a version, and draws what it found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from detector.detections import Detection
from detector.errors import DetectorError, InvalidRequestError
from detector.files import writing
from detector.images import LoadedImage, load_image, resize_square
from detector.response import ImageOut, describe_detection, to_json
from jobs.train.data.loading import PHOTO_LIMITS
from jobs.train.data.photos import Pixels
from jobs.train.stored_version import choose_version

COLORS = ((230, 97, 0), (26, 133, 255), (0, 158, 115), (204, 121, 167), (93, 58, 155))


@dataclass(frozen=True, slots=True)
class Prediction:
    """One photo's detections at or above the asked score, and the file they were drawn into."""

    photo: Path
    image: LoadedImage
    labels: tuple[str, ...]
    detections: tuple[Detection, ...]
    drawn: Path

    def to_json(self) -> dict[str, Any]:
        """What `detector predict --json` prints of a photo."""
        image = ImageOut(self.image.width, self.image.height)
        return {
            "photo": str(self.photo),
            "image": to_json(image),
            "detections": [to_json(describe_detection(each, self.labels, image)) for each in self.detections],
            "drawn": str(self.drawn),
        }


def predict_photos(
    photos: Sequence[Path],
    *,
    store: Path,
    name: str,
    version: int | None,
    kind: str,
    min_score: float | None,
    out: Path,
) -> Iterator[Prediction]:
    """Detect in each photo in turn and write it with its boxes into `out`.

    Raises:
        InvalidRequestError: a photo that cannot be opened, named; those before it are done.
        DetectorError: a photo that cannot be read, or no such version.
    """
    if min_score is not None and not 0 <= min_score <= 1:
        raise InvalidRequestError(f"--min-score {min_score} is not from 0 to 1.")
    chosen = choose_version(store, name=name, version=version, kind=kind)
    least = chosen.score_threshold if min_score is None else min_score
    with chosen.opened() as runtime:
        for path, target in zip(photos, drawn_files(photos, out), strict=True):
            image = _load(path)
            answer = runtime.detect(resize_square(image.pixels, chosen.size)[None]).per_photo()[0]
            detections = tuple(d for d in answer if d.score >= least)
            drawn = _write_drawn(image.pixels, detections, chosen.labels, target)
            yield Prediction(path, image, chosen.labels, detections, drawn)


def drawn_files(photos: Sequence[Path], out: Path) -> list[Path]:
    """Where each photo is drawn: its own name in `out`, numbered where that is another's file or a photo itself."""
    taken = {str(path.resolve()).casefold() for path in photos}
    files = []
    for path in photos:
        names = chain([path.stem], (f"{path.stem}-{number}" for number in count(2)))
        file = next(f for name in names if not _is_in(taken, f := out / f"{name}.png"))
        taken.add(str(file.resolve()).casefold())
        files.append(file)
    return files


def _is_in(taken: set[str], file: Path) -> bool:
    # Folded: on phones' cards and on macOS, X.png and x.png are one file.
    return str(file.resolve()).casefold() in taken


def _load(path: Path) -> LoadedImage:
    try:
        return load_image(path.read_bytes(), limits=PHOTO_LIMITS)
    except IsADirectoryError as error:
        raise InvalidRequestError(
            f"{path} is a folder: name the photos in it, such as {path}/*.jpg."
        ) from error
    except OSError as error:
        raise InvalidRequestError(f"Cannot open {path}: {error.strerror}.") from error
    except DetectorError as error:
        raise type(error)(f"{path}: {error.message}") from error


def _write_drawn(
    pixels: Pixels, detections: Sequence[Detection], labels: Sequence[str], target: Path
) -> Path:
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    unit = max(2, round(max(image.size) / 300))
    font = ImageFont.load_default(size=max(12, 6 * unit))
    for detection in detections:
        ymin, xmin, ymax, xmax = detection.box.to_pixels(width=image.width, height=image.height)
        color = COLORS[detection.class_id % len(COLORS)]
        draw.rectangle((xmin, ymin, xmax, ymax), outline=color, width=unit)
        text = f" {labels[detection.class_id]} {detection.score:.2f} "
        place = draw.textbbox((xmin, ymin), text, font=font)
        draw.rectangle(place, fill=color)
        draw.text((xmin, ymin), text, fill="white", font=font)
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        image.save(target)
    return target
