import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.train.data.yaml_text import has_key, parse_yaml

AS_WRITTEN = (
    "off", "on", "yes", "No", "Y", "n", "true", "False", "007", "010", "0x1F", "0b11", "0o17", "1_000", "1.10",
    "1e3", ".5", ".inf", ".nan", "~", "null", "2024-01-01", "12:30", "190:20:30", "=", "<<", "+1", "-1",
)  # fmt: skip


@pytest.mark.parametrize("name", AS_WRITTEN)
@pytest.mark.parametrize(
    "layout",
    ["names: [{0}, b]", "names: ['{0}', \"b\"]", "names:\n- {0}\n- b", "names:\n  - {0}  # first\n  - b"],
)
def test_a_name_in_a_list_is_text_as_written(name: str, layout: str) -> None:
    assert parse_yaml(layout.format(name)) == {"names": [name, "b"]}


@pytest.mark.parametrize("name", AS_WRITTEN)
@pytest.mark.parametrize("layout", ["names: {{0: {0}, 1: b}}", "names:\n  0: {0}\n  '1': \"b\""])
def test_a_name_in_a_mapping_is_text_as_written(name: str, layout: str) -> None:
    assert parse_yaml(layout.format(name)) == {"names": {"0": name, "1": "b"}}


@pytest.mark.parametrize("name", AS_WRITTEN)
def test_keys_are_text_as_written(name: str) -> None:
    assert parse_yaml(f"{name}: a\n") == {name: "a"}


def test_an_empty_item_is_an_empty_text() -> None:
    assert parse_yaml("names:\n- a\n-\n- b\n") == {"names": ["a", "", "b"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("names: [cat", "not YAML"),
        ("- cat", "not a YAML mapping"),
        ("", "not a YAML mapping"),
        ("a: &a [x]\nb: *a", "aliases"),
        ("a: " + "[" * 100_000, "nested deeper"),
        ("a: " + "[" * 11 + "]" * 11, "nested deeper"),
        ("names: [a]\nnames: [b]", "the key 'names' twice, again in line 2"),
        ("names: {0: a, 0: b}", "the key '0' twice"),
        ("? [a]\n: b", "a key that is no text"),
        ("a: b\n---\nc: d", "not YAML"),
        ("a: " + "x" * 300_000, "too large"),
    ],
)
def test_what_is_no_plain_mapping_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_yaml(text)


def test_a_tag_makes_nothing_of_its_value() -> None:
    assert parse_yaml("a: !!int 007\nb: !!python/object/apply:os.system ['true']") == {
        "a": "007",
        "b": ["true"],
    }


def test_a_file_that_cannot_be_read_still_shows_its_key() -> None:
    assert has_key("names: [кот]".encode("cp1251"), "names")
    assert has_key(b"train: a\nnames: [cat", "names")
    assert not has_key(b"lr: 0.1\n", "names")


@given(st.text() | st.text(alphabet="[]{}:,-?&*!|>'\"%@#` \n\tab0"))
def test_any_text_is_a_mapping_or_refused(text: str) -> None:
    try:
        content = parse_yaml(text)
    except ValueError:
        return
    assert isinstance(content, dict)
