"""The label map of the TF Object Detection API: `item { id: 1 name: 'cat' }`, a protobuf text file."""

import ast
import re
from collections.abc import Iterator, Mapping

from detector.errors import DatasetError
from jobs.train.data.encoding import text_of
from jobs.train.data.source import Source

SUFFIXES = (".pbtxt", ".prototxt")
MAX_BYTES = 4 * 1024**2
_TOKEN = re.compile(r"""\#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[{}:<>,;]|[^\s{}:<>,;"'#]+""")


def read_label_map(source: Source) -> Mapping[int, str]:
    """The class names by number of the dataset's label maps; empty when it has none.

    DatasetError when a map cannot be read, or two maps call one number differently.
    """
    names: dict[int, str] = {}
    said_by: dict[int, str] = {}
    for file in sorted(source.with_suffix(*SUFFIXES)):
        for number, name in _items(file, source.read(file)):
            if names.setdefault(number, name) != name:
                raise DatasetError(
                    f"class {number} is '{names[number]}' in {said_by[number]} and '{name}' in {file}. "
                    "Keep the label map that the records were written with."
                )
            said_by.setdefault(number, file)
    return names


def _items(file: str, data: bytes) -> Iterator[tuple[int, str]]:
    if len(data) > MAX_BYTES:
        raise DatasetError(f"{file}: {len(data)} bytes, too large for a label map.")
    tokens = [token for token in _TOKEN.findall(text_of(data, file, [])) if not token.startswith("#")]
    if tokens[:1] != ["item"]:
        return  # another protobuf text: a graph, a pipeline's configuration
    item: dict[str, str] = {}
    key = ""
    depth = 0
    for token in tokens:
        if token in "{<":
            depth += 1
            key = ""
        elif token in "}>":
            depth -= 1
            if depth == 0:
                yield _number_and_name(file, item)
                item = {}
        elif depth == 1 and token not in ":,;":
            # A key, then its value; deeper ones (keypoints) are of no use here.
            if key:
                item[key] = _unquoted(token)
            key = "" if key else token
    if depth:
        raise DatasetError(f"{file}: not a label map: its brackets do not match.")


def _number_and_name(file: str, item: Mapping[str, str]) -> tuple[int, str]:
    name = item.get("display_name") or item.get("name")
    number = item.get("id", "")
    if not name or not number.isdecimal():
        raise DatasetError(f"{file}: an item without a whole number as its id, or without a name.")
    return int(number), name


def _unquoted(token: str) -> str:
    if token[0] not in "\"'":
        return token
    try:
        return str(ast.literal_eval(token))
    except (SyntaxError, ValueError):
        return token[1:-1]
