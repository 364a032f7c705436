"""YAML with every value as it is written: `off`, `007`, `1.10` and `~` are class names, not values of YAML."""

import re

import yaml

from detector.errors import DatasetError
from jobs.train.data.text import decode_text

MAX_YAML_BYTES = 256 * 1024
MAX_YAML_DEPTH = 10

YamlValue = str | list["YamlValue"] | dict[str, "YamlValue"]


def has_key(data: bytes, key: str) -> bool:
    """Whether the file is a YAML mapping with this key, or looks like one and cannot be read."""
    try:
        return key in parse_yaml(decode_text(data))
    except (DatasetError, ValueError):
        return (
            re.search(rb"^[\"']?" + re.escape(key.encode()) + rb"[\"']?[ \t]*:", data, re.MULTILINE)
            is not None
        )


def parse_yaml(text: str) -> dict[str, YamlValue]:
    """The YAML's mapping, all its scalars as text, an empty one as "". ValueError says what it is instead."""
    if len(text) > MAX_YAML_BYTES:
        raise ValueError(f"{len(text)} characters, too large for the description of a dataset")
    try:
        _refuse_bombs(text)
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML ({' '.join(str(error).split())})") from error
    value = _value(node) if node is not None else ""
    if not isinstance(value, dict):
        raise ValueError("not a YAML mapping")
    return value


def _refuse_bombs(text: str) -> None:
    """Aliases can make a small file huge, and deep nesting makes it slow."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("aliases (*name) are not read")
        if depth > MAX_YAML_DEPTH:
            raise ValueError(f"nested deeper than {MAX_YAML_DEPTH} levels")


def _value(node: yaml.Node) -> YamlValue:
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    if not isinstance(node, yaml.MappingNode):
        return str(node.value)
    mapping: dict[str, YamlValue] = {}
    for key_node, value_node in node.value:
        key = _value(key_node)
        if not isinstance(key, str):
            raise ValueError(f"a key that is no text in line {key_node.start_mark.line + 1}")
        if key in mapping:
            raise ValueError(f"the key '{key}' twice, again in line {key_node.start_mark.line + 1}")
        mapping[key] = _value(value_node)
    return mapping
