"""What a YOLO dataset says of itself: class names, and where its parts are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from detector.errors import DatasetError
from jobs.train.data.encoding import read_text
from jobs.train.data.names import clean_path
from jobs.train.data.photos import Side
from jobs.train.data.problems import Problem, ProblemKind
from jobs.train.data.readers.yolo.lines import parse_line
from jobs.train.data.source import Source
from jobs.train.data.text import clean_label, number
from jobs.train.data.yaml_text import YamlValue, has_key, parse_yaml

_PREDEFINED = "predefined_classes.txt"
NAME_FILES = (
    "classes.txt",
    "obj.names",
    "_darknet.labels",
    "classes.names",
    "labels.txt",
    _PREDEFINED,
)
LISTS: dict[str, Side] = {"train.txt": "train", "val.txt": "val", "valid.txt": "val", "test.txt": "test"}
OTHER_TEXTS = frozenset((*LISTS, *NAME_FILES))
"""Text files that hold no boxes where they lie beside the one that names the classes."""
MAX_CLASSES = 10_000
_NOTHING = ("", "~", "null", "Null", "NULL")
"""How YAML writes that a key other than `names` has no value."""
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

    `parts` is empty when the dataset does not say; `keypoint_values` is how many numbers of key points each line
    has after its box, 0 where nothing says so; `vocabulary` when the names may be more than the dataset's
    classes. `problems` are those of the description itself.
    """

    file: str
    names: tuple[str, ...]
    parts: dict[Side, tuple[str, ...]] = field(default_factory=dict)
    root: str = ""
    keypoint_values: int = 0
    vocabulary: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def known_names(self) -> frozenset[str]:
        """The names that rows may have in the place of a number, in one Unicode form."""
        return frozenset(filter(None, map(clean_label, self.names)))

    def label(self, class_id: int | str) -> str | None:
        """The class's name, None for an id that has none. A class may be given by its name as well."""
        if isinstance(class_id, str):
            return class_id
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
    problems: list[Problem] = []
    found = {
        file: content
        for file in source.with_suffix(".yaml", ".yml")
        if (content := _description(source, file, problems))
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
    config = _from_yaml(*found.popitem(), problems) if found else _from_names(source, problems)
    return replace(config, problems=(*config.problems, *_other_lists(source, config)))


def is_yolo_yaml(data: bytes) -> bool:
    """Whether the bytes are a YAML file with the classes of a YOLO dataset in it."""
    return has_key(data, "names")


def _description(source: Source, file: str, problems: list[Problem]) -> Mapping[str, YamlValue] | None:
    """The YAML's content when it names classes. DatasetError when it does and cannot be read."""
    if not is_yolo_yaml(source.read(file)):
        return None
    try:
        content = parse_yaml(read_text(source, file, problems))
    except ValueError as error:
        raise DatasetError(f"{file}: {error}.") from error
    return content if "names" in content else None


def _from_yaml(file: str, content: Mapping[str, YamlValue], problems: list[Problem]) -> YoloConfig:
    parts: dict[Side, tuple[str, ...]] = {}
    stated = {key: value for key, value in content.items() if value not in _NOTHING}
    for key, side in _SIDE_KEYS.items():
        if entries := _strings(stated.get(key)):
            parts[side] = (*parts.get(side, ()), *entries)
    names = _names(file, content["names"])
    root = stated.get("path")
    return YoloConfig(
        file=file,
        names=names,
        parts=parts,
        root=root if isinstance(root, str) else "",
        keypoint_values=_keypoint_values(file, stated.get("kpt_shape")),
        problems=(*problems, *_miscounted(file, stated.get("nc"), names)),
    )


def _strings(value: YamlValue | None) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(text for text in values if isinstance(text, str) and text.strip())


def _names(file: str, names: YamlValue) -> tuple[str, ...]:
    """Names as a list, or as a mapping from id to name; an id without a name is an empty one."""
    if isinstance(names, list):
        return tuple(_name(file, name) for name in names)
    if not isinstance(names, dict) or not names:
        raise DatasetError(
            f"{file}: 'names' must be a list of class names, or a mapping from number to name."
        )
    try:
        by_id = {_class_number(key): _name(file, name) for key, name in names.items()}
    except ValueError as error:
        raise DatasetError(f"{file}: 'names' has a key that is not a class number ({error}).") from error
    if len(by_id) < len(names):
        raise DatasetError(f"{file}: 'names' has a class number twice: {', '.join(names)}.")
    if min(by_id) < 0 or max(by_id) >= MAX_CLASSES:
        raise DatasetError(f"{file}: 'names' has class numbers outside 0 to {MAX_CLASSES - 1}.")
    return tuple(by_id.get(i, "") for i in range(max(by_id) + 1))


def _class_number(key: str) -> int:
    if not key.strip().lstrip("-").isdecimal():
        raise ValueError(repr(key))
    return int(key)


def _name(file: str, name: YamlValue) -> str:
    if not isinstance(name, str):
        raise DatasetError(f"{file}: 'names' has an entry that is no name: {name!r}. Put names in quotes.")
    return name


def _keypoint_values(file: str, shape: YamlValue | None) -> int:
    """How many numbers `kpt_shape: [points, numbers a point]` adds to each line."""
    if shape is None:
        return 0
    values = [number(value) for value in shape] if isinstance(shape, list) else []
    if len(values) != 2 or not all(value.is_integer() and value > 0 for value in values):
        raise DatasetError(f"{file}: 'kpt_shape' must be the number of key points and 2 or 3, as in [17, 3].")
    return int(values[0] * values[1])


def _miscounted(file: str, stated: YamlValue | None, names: tuple[str, ...]) -> list[Problem]:
    """A fault where `nc`, the number of classes, is another than there are names."""
    counts = {len(names), sum(1 for name in names if clean_label(name))}
    if stated is None or (isinstance(stated, str) and number(stated) in counts):
        return []
    message = f"says 'nc: {stated}' and names {len(names)} classes; the names were taken."
    return [Problem(file, ProblemKind.CLASS_NAMES, message)]


def _from_names(source: Source, problems: list[Problem]) -> YoloConfig:
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
    names = _listed_names(source, file, problems)
    # LabelImg writes its fifteen predefined classes in front of those that were used.
    parts = _listed_parts(source, file)
    return YoloConfig(file, names, parts, vocabulary=True, problems=tuple(problems))


def _listed_names(source: Source, file: str, problems: list[Problem]) -> tuple[str, ...]:
    lines = [line.strip() for line in read_text(source, file, problems, bare_names=True).splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def _other_lists(source: Source, config: YoloConfig) -> list[Problem]:
    """Faults for lists that name the same numbers otherwise: LabelImg writes one into each folder of texts."""
    problems = []
    for file in source.files:
        name = PurePosixPath(file).name.lower()
        if file == config.file or name not in NAME_FILES or name == _PREDEFINED:
            continue
        try:
            names = _listed_names(source, file, [])
        except DatasetError as error:
            problems.append(Problem(file, ProblemKind.UNREADABLE_ANNOTATION, error.message))
            continue
        if _are_rows(names):
            continue
        if any(mine != other for mine, other in zip(config.names, names, strict=False)):
            message = f"names the classes otherwise than {config.file}, whose names were taken."
            problems.append(Problem(file, ProblemKind.CLASS_NAMES, message))
    return problems


def _are_rows(lines: Iterable[str]) -> bool:
    """Whether these are boxes, of a photo that is called like a list of names."""
    try:
        return all(parse_line(line) for line in lines if line)
    except ValueError:
        return False


def _listed_parts(source: Source, name_file: str) -> dict[Side, tuple[str, ...]]:
    """The parts by train.txt, valid.txt and the like beside the names, as darknet has them."""
    folder = PurePosixPath(name_file).parent
    return {side: (name,) for name, side in LISTS.items() if str(folder / name) in source.files}
