"""What a YOLO dataset says of itself: class names, and where its parts are."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml

from detector.errors import DatasetError
from jobs.train.datasets.names import clean_path
from jobs.train.datasets.photos import Side
from jobs.train.datasets.source import Source
from jobs.train.datasets.text import decode_text

NAME_FILES = (
    "classes.txt",
    "obj.names",
    "_darknet.labels",
    "classes.names",
    "labels.txt",
    "predefined_classes.txt",
)
LISTS: dict[str, Side] = {"train.txt": "train", "val.txt": "val", "valid.txt": "val", "test.txt": "test"}
OTHER_TEXTS = frozenset((*LISTS, *NAME_FILES))
"""Text files that hold no boxes where they lie beside the one that names the classes."""
MAX_YAML_BYTES = 256 * 1024
MAX_YAML_DEPTH = 10
MAX_CLASSES = 10_000
_SIDE_KEYS: dict[str, Side] = {
    "train": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}


@dataclass(frozen=True, slots=True)
class YoloConfig:
    """Class names in the order of their ids, and the entries of each part as the file writes them.

    `parts` is empty when the dataset does not say; `keypoints` when each line has a pose after its box;
    `vocabulary` when the names may be more than the dataset's classes.
    """

    file: str
    names: tuple[str, ...]
    parts: dict[Side, tuple[str, ...]] = field(default_factory=dict)
    root: str = ""
    keypoints: bool = False
    vocabulary: bool = False

    def label(self, class_id: int) -> str | None:
        """The class's name, None for an id that has none."""
        return self.names[class_id] if class_id < len(self.names) and self.names[class_id] else None

    def is_other_text(self, file: str) -> bool:
        """Whether the text file belongs to the description and not to a photo, whatever photos are called."""
        path = PurePosixPath(file)
        return path.name.lower() in OTHER_TEXTS and path.parent == PurePosixPath(self.file).parent

    def candidates(self, entry: str) -> list[str]:
        """Where an entry may be, likeliest first: under `path`, beside the file, from the dataset's root.

        The paths are often those of another machine, or lead above the folder that holds the file although
        the photos are inside it: leading dots, then leading parts are dropped until something fits.
        """
        folder = str(PurePosixPath(self.file).parent)
        bases = (f"{folder}/{self.root}", folder, self.root, "")
        full = [clean_path(f"{base}/{entry}") for base in bases]
        parts = clean_path(entry).split("/")
        shorter = ["/".join(parts[i:]) for i in range(len(parts))]
        beside = [clean_path(f"{folder}/{path}") for path in shorter]
        return list(dict.fromkeys([*full, *beside, *shorter]))


def find_config(source: Source) -> YoloConfig:
    """The dataset's data.yaml, else its list of class names. DatasetError when there is none, or several."""
    found = {
        file: content for file in source.with_suffix(".yaml", ".yml") if (content := _yaml(source, file))
    }
    if len(found) > 1:
        shallowest = min(file.count("/") for file in found)
        found = {file: content for file, content in found.items() if file.count("/") == shallowest}
    if len(found) > 1 and (named := [file for file in found if PurePosixPath(file).stem == "data"]):
        found = {file: found[file] for file in named[:1]}
    if len(found) > 1:
        raise DatasetError(
            f"{source.name}: several files describe a YOLO dataset: {', '.join(found)}. Keep one."
        )
    if found:
        return _from_yaml(*found.popitem())
    return _from_names(source)


def is_yolo_yaml(data: bytes) -> bool:
    """Whether the bytes are a YAML mapping with the classes of a YOLO dataset in it."""
    content = _parse(data)
    return content is not None and "names" in content


def _yaml(source: Source, file: str) -> dict[str, Any] | None:
    content = _parse(source.read(file))
    return content if content and "names" in content else None


def _parse(data: bytes) -> dict[str, Any] | None:
    """The YAML's mapping with its keys as text; None for what is none, too large, or not plain."""
    if len(data) > MAX_YAML_BYTES:
        return None
    text = decode_text(data)
    try:
        content = yaml.safe_load(text) if _is_plain(text) else None
    except (yaml.YAMLError, ValueError):
        return None
    return {str(key): value for key, value in content.items()} if isinstance(content, dict) else None


def _is_plain(text: str) -> bool:
    """Whether the YAML is flat and says everything once: aliases can make it huge, nesting makes it slow."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_YAML_DEPTH or isinstance(event, yaml.AliasEvent):
            return False
    return True


def _from_yaml(file: str, content: dict[str, Any]) -> YoloConfig:
    parts: dict[Side, tuple[str, ...]] = {}
    for key, side in _SIDE_KEYS.items():
        if entries := _strings(content.get(key)):
            parts[side] = (*parts.get(side, ()), *entries)
    return YoloConfig(
        file=file,
        names=_names(file, content["names"]),
        parts=parts,
        root=str(content.get("path") or ""),
        keypoints="kpt_shape" in content,
    )


def _strings(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(text for text in values if isinstance(text, str) and text.strip())


def _names(file: str, names: object) -> tuple[str, ...]:
    """Names as a list, or as a mapping from id to name; an id without a name is an empty one."""
    if isinstance(names, list):
        return tuple("" if name is None else str(name) for name in names)
    if not isinstance(names, dict) or not names:
        raise DatasetError(
            f"{file}: 'names' must be a list of class names, or a mapping from number to name."
        )
    try:
        by_id = {int(key): "" if name is None else str(name) for key, name in names.items()}
    except (TypeError, ValueError) as error:
        raise DatasetError(f"{file}: 'names' has a key that is not a class number ({error}).") from error
    if min(by_id) < 0 or max(by_id) >= MAX_CLASSES:
        raise DatasetError(f"{file}: 'names' has class numbers outside 0 to {MAX_CLASSES - 1}.")
    return tuple(by_id.get(i, "") for i in range(max(by_id) + 1))


def _from_names(source: Source) -> YoloConfig:
    by_name = {PurePosixPath(file).name.lower(): file for file in sorted(source.files, key=len, reverse=True)}
    file = next((by_name[name] for name in NAME_FILES if name in by_name), None)
    if file is None:
        unread = ", ".join(source.with_suffix(".yaml", ".yml"))
        raise DatasetError(
            f"{source.name}: no file names the classes of this YOLO dataset. Add a data.yaml with "
            "'names:', or a "
            "classes.txt with one name a line, in the order of the class numbers."
            + (f" ({unread}: no YAML mapping with names.)" if unread else "")
        )
    lines = [line.strip() for line in decode_text(source.read(file)).splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    # LabelImg writes its fifteen predefined classes in front of those that were used.
    return YoloConfig(file, tuple(lines), _listed_parts(source, file), vocabulary=True)


def _listed_parts(source: Source, name_file: str) -> dict[Side, tuple[str, ...]]:
    """The parts by train.txt, valid.txt and the like beside the names, as darknet has them."""
    folder = PurePosixPath(name_file).parent
    return {side: (name,) for name, side in LISTS.items() if str(folder / name) in source.files}
