"""Small datasets that tests write: the same photos and boxes in every format, as a folder or a zip."""

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from detector.errors import DatasetError
from jobs.train.data.source import Source, open_source
from tests.detector.pictures import encode, noise

WIDTH, HEIGHT = 200, 100
LABELS = ("cat", "dog")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A photo of WIDTH × HEIGHT and its boxes: label, xmin, ymin, xmax, ymax in pixels."""

    stem: str
    boxes: tuple[tuple[str, int, int, int, int], ...]
    seed: int

    @property
    def jpeg(self) -> bytes:
        return encode(noise(WIDTH, HEIGHT, seed=self.seed), quality=80)


SAMPLES = (
    Labelled("one", (("cat", 20, 10, 60, 50), ("dog", 100, 20, 180, 90)), 1),
    Labelled("two", (("dog", 0, 0, 200, 100),), 2),
    Labelled("three", (), 3),
    Labelled("four", (("cat", 50, 25, 75, 75),), 4),
)


def put(path: Path, content: str | bytes) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def put_json(path: Path, content: object) -> Path:
    return put(path, json.dumps(content))


def voc_xml(
    filename: str,
    boxes: Sequence[tuple[str, Any, Any, Any, Any]],
    size: tuple[int, int] | None = (WIDTH, HEIGHT),
) -> str:
    """One Pascal VOC annotation."""
    objects = "".join(
        f"<object><name>{escape(label)}</name><difficult>0</difficult><bndbox><xmin>{xmin}</xmin>"
        f"<ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox></object>"
        for label, xmin, ymin, xmax, ymax in boxes
    )
    stated = (
        f"<size><width>{size[0]}</width><height>{size[1]}</height><depth>3</depth></size>" if size else ""
    )
    return f"<annotation><filename>{filename}</filename>{stated}{objects}</annotation>"


def write_voc(root: Path, samples: Sequence[Labelled] = SAMPLES) -> None:
    for sample in samples:
        put(root / "JPEGImages" / f"{sample.stem}.jpg", sample.jpeg)
        put(root / "Annotations" / f"{sample.stem}.xml", voc_xml(f"{sample.stem}.jpg", sample.boxes))


def coco_document(samples: Sequence[Labelled] = SAMPLES) -> dict[str, Any]:
    """A COCO document with category ids that do not begin at 0, as most exports have them."""
    annotations = [
        {
            "image_id": image_id,
            "category_id": 7 + LABELS.index(label),
            "bbox": [xmin, ymin, xmax - xmin, ymax - ymin],
            "iscrowd": 0,
        }
        for image_id, sample in enumerate(samples)
        for label, xmin, ymin, xmax, ymax in sample.boxes
    ]
    images = [
        {"id": image_id, "file_name": f"{sample.stem}.jpg", "width": WIDTH, "height": HEIGHT}
        for image_id, sample in enumerate(samples)
    ]
    categories = [{"id": 7 + i, "name": label} for i, label in enumerate(LABELS)]
    return {"images": images, "annotations": annotations, "categories": categories}


def write_coco(root: Path, samples: Sequence[Labelled] = SAMPLES) -> None:
    for sample in samples:
        put(root / "images" / f"{sample.stem}.jpg", sample.jpeg)
    put_json(root / "annotations.json", coco_document(samples))


def yolo_lines(sample: Labelled) -> str:
    return "".join(
        f"{LABELS.index(label)} {(x0 + x1) / 2 / WIDTH} {(y0 + y1) / 2 / HEIGHT} "
        f"{(x1 - x0) / WIDTH} {(y1 - y0) / HEIGHT}\n"
        for label, x0, y0, x1, y1 in sample.boxes
    )


def write_yolo_photos(root: Path, samples: Sequence[Labelled] = SAMPLES, part: str = "") -> None:
    """images/ and labels/ without any file that describes them."""
    for sample in samples:
        put(root / "images" / part / f"{sample.stem}.jpg", sample.jpeg)
        if sample.boxes:
            put(root / "labels" / part / f"{sample.stem}.txt", yolo_lines(sample))


def write_yolo(root: Path, samples: Sequence[Labelled] = SAMPLES) -> None:
    write_yolo_photos(root, samples)
    put(root / "data.yaml", "path: .\ntrain: images\nnames: [cat, dog]\nnc: 2\n")


def write_csv(root: Path, samples: Sequence[Labelled] = SAMPLES) -> None:
    rows = ["filename,width,height,class,xmin,ymin,xmax,ymax"]
    for sample in samples:
        put(root / "images" / f"{sample.stem}.jpg", sample.jpeg)
        for label, *edges in sample.boxes:
            rows.append(",".join(map(str, (f"{sample.stem}.jpg", WIDTH, HEIGHT, label, *edges))))
        if not sample.boxes:
            rows.append(f"{sample.stem}.jpg,{WIDTH},{HEIGHT},,,,,")
    put(root / "labels.csv", "\n".join(rows) + "\n")


WRITERS: Mapping[str, Callable[[Path], None]] = {
    "voc": write_voc,
    "coco": write_coco,
    "yolo": write_yolo,
    "csv": write_csv,
}


def source_that_refuses(folder: Path, refused: str) -> Source:
    """The folder's files, of which one (there or not) cannot be read."""
    source = open_source(folder)

    def read(file: str) -> bytes:
        if file == refused:
            raise DatasetError(f"{file}: cannot be read (Permission denied).")
        return source.read(file)

    return Source(source.name, tuple(sorted({*source.files, refused})), read)


def zipped(folder: Path, *, inside: str = "") -> Path:
    """The folder as a zip beside it, its files under `inside`."""
    target = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, Path(inside, path.relative_to(folder)))
    return target


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under the folder, to see that none was changed."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
