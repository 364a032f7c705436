"""Formats that are known and not read: each with the export, or the tool, that gives one which is.

They are looked for only where nothing is found that can be read, the more certain ones first.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Any

from jobs.train.data.format import UnreadFormat
from jobs.train.data.names import fold, is_photo, side_named
from jobs.train.data.peek import Peek
from jobs.train.data.readers.json_values import items, mapping, records
from jobs.train.data.set_aside import ANNOTATION_SUFFIXES
from jobs.train.data.text import decode_text

ARCHIVE_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".rar", ".7z", ".zip")
_JSON_LINES = (".ndjson", ".jsonl", ".json")
_LOOKED_AT = 20
_MASK = re.compile(r"mask|seg|label|annotation|trimap|gt")
_FOLDERS_OF_NO_CLASS = frozenset(
    {"images", "image", "imgs", "img", "jpegimages", "photos", "pictures", "data", "dataset", "raw", "frames"}
)
_CSV_COLUMNS = "filename,width,height,class,xmin,ymin,xmax,ymax"

Looks = Callable[[Any], bool]


def _has(content: object, *names: str) -> bool:
    return all(name in mapping(content) for name in names)


def _first(content: object, field: str = "") -> object:
    """The first entry of a list, or of the list in a field."""
    listed = mapping(content).get(field) if field else content
    return next(iter(items(listed)), None)


def _is_supervisely(content: object) -> bool:
    if any(_has(entry, "classTitle", "points") for entry in records(mapping(content).get("objects"))):
        return True
    return _has(_first(content, "classes"), "title", "shape") and _has(content, "tags")


def _is_darwin(content: object) -> bool:
    named = _has(_first(content, "annotations"), "name")
    version_2 = _has(content, "item", "annotations") and _has(content, "version")
    return version_2 or (named and _has(content, "dataset", "image"))


def _is_bdd(content: object) -> bool:
    frames = content if isinstance(content, list) else mapping(content).get("frames")
    return any(
        _has(entry, "name") and any(_has(label, "category") for label in records(entry.get("labels")))
        for entry in records(frames)[:_LOOKED_AT]
    )


def _is_scale(content: object) -> bool:
    task = _first(content) if isinstance(content, list) else content
    return _has(task, "task_id", "params") and _has(mapping(task).get("response"), "annotations")


def _is_ultralytics(content: object) -> bool:
    return _has(content, "class_names") and mapping(content).get("type") == "dataset"


def _is_coco_results(content: object) -> bool:
    return _has(_first(content), "image_id", "category_id", "score")


def _is_coco_panoptic(content: object) -> bool:
    return _has(content, "images", "categories") and _has(_first(content, "annotations"), "segments_info")


def _is_cityscapes(content: object) -> bool:
    return _has(content, "imgHeight", "imgWidth", "objects")


def _is_dataturks(content: object) -> bool:
    return _has(content, "content", "annotation") and isinstance(mapping(content).get("content"), str)


def _is_vertex(content: object) -> bool:
    return _has(content, "imageGcsUri")


def _is_labelu(content: object) -> bool:
    entry = mapping(_first(content))
    return _has(entry, "result", "fileName") and isinstance(entry.get("result"), str)


def _is_encord(content: object) -> bool:
    return _has(_first(content), "label_hash", "data_units")


def _is_fiftyone(content: object) -> bool:
    return _has(_first(content, "samples"), "filepath")


def _is_label_studio_import(content: object) -> bool:
    task = mapping(_first(content))
    return _has(task, "data", "predictions") and "annotations" not in task and "completions" not in task


def _is_label_studio_table(data: bytes) -> bool:
    header = decode_text(data).partition("\n")[0].strip()
    columns = {name.strip('"') for name in re.split(r"[,\t]", header)}
    return columns >= {"annotation_id", "annotator", "lead_time"}


def _is_kitti(data: bytes) -> bool:
    """`Car 0.00 0 1.85 387.63 181.54 423.81 203.12 1.67 1.87 3.69 -16.53 2.39 58.49 1.57` and perhaps a score."""
    rows = _rows(data)
    return bool(rows) and all(
        len(row) in (15, 16) and _are_words(row[:1]) and _are_numbers(row[1:]) for row in rows
    )


def _is_dota(data: bytes) -> bool:
    """`x1 y1 x2 y2 x3 y3 x4 y4 class difficult`, below two lines on where the photo is from."""
    rows = [row for row in _rows(data) if not row[0].lower().startswith(("imagesource", "gsd"))]
    return bool(rows) and all(
        len(row) in (9, 10) and _are_numbers(row[:8]) and _are_words(row[8:9]) for row in rows
    )


def _is_wider_face(data: bytes) -> bool:
    """The name of a photo, the number of its faces, and a line of ten numbers for each."""
    rows = _rows(data)[:3]
    return (
        len(rows) == 3
        and is_photo(" ".join(rows[0]))
        and len(rows[1]) == 1
        and rows[1][0].isdigit()
        and len(rows[2]) == 10
        and _are_numbers(rows[2])
    )


def _rows(data: bytes) -> list[list[str]]:
    lines = (line.split() for line in decode_text(data[:10_000]).splitlines()[:_LOOKED_AT])
    return [words for words in lines if words]


def _are_numbers(words: Iterable[str]) -> bool:
    return all(re.fullmatch(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?", word) for word in words)


def _are_words(words: Iterable[str]) -> bool:
    return all(re.fullmatch(r"[^\W\d][\w-]*", word) for word in words)


def _find_mask(peek: Peek) -> str | None:
    """A picture of a folder of masks, where no file could be an annotation."""
    if _has_annotations(peek):
        return None
    pictures = filter(is_photo, peek.source.set_aside)
    return next((file for file in pictures if _MASK.search(fold(file))), None)


def _find_sorted_photo(peek: Peek) -> str | None:
    """A photo that lies in one of several folders, none called like a part of a data set, without annotations."""
    if _has_annotations(peek):
        return None
    photos = [PurePosixPath(file) for file in peek.source.files if is_photo(file)]
    siblings: dict[PurePosixPath, set[str]] = defaultdict(set)
    for photo in photos:
        name = fold(photo.parent.name)
        if not name or name in _FOLDERS_OF_NO_CLASS or side_named(name):
            return None
        siblings[photo.parent.parent].add(name)
    return str(photos[0]) if photos and all(len(names) > 1 for names in siblings.values()) else None


def _has_annotations(peek: Peek) -> bool:
    """Whether a file could be one that is not known."""
    return any(
        file.lower().endswith(ANNOTATION_SUFFIXES) and not _is_about(file) for file in peek.source.files
    )


def _is_about(file: str) -> bool:
    """Whether the file is about the photos as a whole: a read-me, a licence, the names of the classes."""
    name = PurePosixPath(file).stem.lower()
    return name.startswith(("readme", "license", "licence")) or name in ("labels", "classes")


def _json(looks: Looks) -> Callable[[Peek], str | None]:
    return lambda peek: peek.first_json(looks)


def _json_line(looks: Looks) -> Callable[[Peek], str | None]:
    return lambda peek: peek.first_json_line(looks, *_JSON_LINES)


def _bytes(looks: Callable[[bytes], bool], *suffixes: str) -> Callable[[Peek], str | None]:
    return lambda peek: peek.first(looks, *suffixes)


def _suffix(*suffixes: str) -> Callable[[Peek], str | None]:
    return lambda peek: next(peek.source.with_suffix(*suffixes), None)


UNREAD = (
    UnreadFormat(
        title="JSON of Supervisely",
        find=_json(_is_supervisely),
        advice='In Supervisely run the app "Export to COCO" or "Export to Pascal VOC" on the project.',
    ),
    UnreadFormat(
        title="Darwin JSON of V7",
        find=_json(_is_darwin),
        advice="Convert the export to COCO: darwin dataset convert DATASET coco.",
    ),
    UnreadFormat(
        title="JSON of BDD100K or Scalabel",
        find=_json(_is_bdd),
        advice="Convert it to COCO: python -m bdd100k.label.to_coco -m det -i LABELS.json -o COCO.json.",
    ),
    UnreadFormat(
        title="JSON of Scale",
        find=_json(_is_scale),
        advice="Export the data set from Scale Nucleus as COCO.",
    ),
    UnreadFormat(
        title="NDJSON of Ultralytics",
        find=_json_line(_is_ultralytics),
        advice="Convert it to YOLO: convert_ndjson_to_yolo in ultralytics.data.converter.",
    ),
    UnreadFormat(
        title="a list of COCO results, the predictions of a detector",
        find=_json(_is_coco_results),
        advice="Give the labels: the COCO file with images, annotations and categories.",
    ),
    UnreadFormat(
        title="COCO for panoptic segmentation",
        find=_json(_is_coco_panoptic),
        advice="Give the COCO file of the instances (instances_....json), or export COCO with boxes.",
    ),
    UnreadFormat(
        title="JSON of Cityscapes",
        find=_json(_is_cityscapes),
        advice="Convert it to COCO with instances.",
    ),
    UnreadFormat(
        title="JSON of Dataturks",
        find=_json_line(_is_dataturks),
        advice="Convert it to Pascal VOC, as Dataturks' own scripts do.",
    ),
    UnreadFormat(
        title="a list for Vertex AI",
        find=_json_line(_is_vertex),
        advice=f"Write its boxes as CSV with the columns {_CSV_COLUMNS}.",
    ),
    UnreadFormat(
        title="JSON of LabelU",
        find=_json(_is_labelu),
        advice="Choose COCO, Pascal VOC or YOLO in LabelU's export.",
    ),
    UnreadFormat(
        title="JSON of Encord",
        find=_json(_is_encord),
        advice="Choose COCO in Encord's export.",
    ),
    UnreadFormat(
        title="a data set of FiftyOne",
        find=_json(_is_fiftyone),
        advice="Export it as COCO: dataset.export(dataset_type=fiftyone.types.COCODetectionDataset, ...).",
    ),
    UnreadFormat(
        title="a list of tasks for Label Studio, with predictions that nobody has looked at",
        find=_json(_is_label_studio_import),
        advice="Submit the tasks in Label Studio and export them as JSON.",
    ),
    UnreadFormat(
        title="a table of Label Studio",
        find=_bytes(_is_label_studio_table, ".csv", ".tsv"),
        advice="Choose JSON or JSON-MIN in Label Studio's export.",
    ),
    UnreadFormat(
        title="a text of KITTI",
        find=_bytes(_is_kitti, ".txt"),
        advice="Convert it to COCO, for example with Datumaro: datum convert -if kitti -f coco.",
    ),
    UnreadFormat(
        title="a text of DOTA",
        find=_bytes(_is_dota, ".txt"),
        advice="Convert it to YOLO's oriented boxes (YOLO OBB), which are read as the boxes around them.",
    ),
    UnreadFormat(
        title="a text of WIDER FACE",
        find=_bytes(_is_wider_face, ".txt"),
        advice="Convert it to COCO, for example with Datumaro: datum convert -if wider_face -f coco.",
    ),
    UnreadFormat(
        title="a table of photos for Hugging Face",
        find=_suffix(".parquet", ".arrow", ".feather"),
        advice=f"Save the photos as files and their boxes as COCO, or as CSV with the columns {_CSV_COLUMNS}.",
    ),
    UnreadFormat(
        title="a file of MATLAB",
        find=_suffix(".mat"),
        advice=f"Write its boxes as CSV with the columns {_CSV_COLUMNS} (writetable in MATLAB).",
    ),
    UnreadFormat(
        title="an archive inside of the data set",
        find=_suffix(*ARCHIVE_SUFFIXES),
        advice="Unpack it, and give the folder or a zip of it.",
    ),
    UnreadFormat(
        title="a mask",
        find=_find_mask,
        advice="Masks alone do not say where one object ends and the next begins: export the instances as COCO from "
        "the tool that they were drawn with.",
    ),
    UnreadFormat(
        title="one of photos that are sorted into folders by class",
        find=_find_sorted_photo,
        advice="A detector learns from boxes: draw them, for example with Label on the page (docs/labelling.md), in "
        "labelImg or in CVAT.",
    ),
)
