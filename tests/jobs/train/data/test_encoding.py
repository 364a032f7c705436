from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import DatasetError
from jobs.train.data.encoding import decode, read_text
from jobs.train.data.open import open_dataset
from jobs.train.data.problems import Problem, ProblemKind, faults
from jobs.train.data.source import open_source
from tests.jobs.train.data.writing import put

CLASS_LISTS = {
    "cp1251": ["кот\nсобака\n", "самолёт\nпоезд\n", "стол\nстул\n", "USB-кабель\nдиск 2\n"],
    "koi8_r": ["кот\nсобака\n", "самолет\nпоезд\nмашина\n", "Дом\n"],
    "cp866": ["кот\nсобака\n", "Дом\n"],
    "gbk": ["猫\n狗\n", "猫", "汽车\n行人\n自行车\n", "苹果\n", "衣\n"],
    "gb18030": ["汽车\n行人\n", "㐀\n"],
    "big5": ["狗\n", "汽車\n行人\n", "馬\n唱\n"],
    "shift_jis": ["ネコ\nイヌ\n", "猫\n犬\n", "自転車\n", "ﾈｺ\nｲﾇ\n", "本\n"],
    "euc_jp": ["ネコ\nイヌ\n", "猫\n犬\n"],
    "iso2022_jp": ["ネコ\nイヌ\n", "猫"],
    "euc_kr": ["고양이\n개\n", "자동차\n"],
    "cp1250": ["kočka\npes\n", "żółw\nłódź\n", "nůž\n", "kör\nerő\n"],
    "iso8859_2": ["kočka\npes\n", "żółw\nłódź\n", "žirafa\n"],
    "cp852": ["kočka\n", "koń\n", "myš\n"],
    "cp850": ["Küche\nTür\n", "Straße\n", "café\n"],
    "mac_roman": ["Küche\nTür\n", "café\n"],
    "cp1252": ["Küche\nElefant\n", "chèvre\n", "niño\n", "blåbær\n", "Café\nFußgänger\n"],
    "cp1253": ["γάτα\nσκύλος\n"],
    "cp1254": ["köpek\nkuş\n", "kedi\ngörüntü\n"],
    "cp1255": ["חתול\n"],
    "cp1256": ["قطة\n"],
    "cp1257": ["katė\nšuo\n", "Tür\n"],
    "cp874": ["แมว\n"],
}


def text_or_none(data: bytes) -> str | None:
    """The text, None where it is refused."""
    try:
        return decode(data, bare_names=True).text
    except DatasetError:
        return None


@pytest.mark.parametrize(
    ("encoding", "names"), [(e, names) for e, lists in CLASS_LISTS.items() for names in lists]
)
def test_a_class_list_is_read_right_or_refused(encoding: str, names: str) -> None:
    assert text_or_none(names.encode(encoding)) in (names, None)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_text_is_read_in_the_encodings_that_show(encoding: str) -> None:
    assert decode("Känguru, 5 €\n".encode(encoding)).text == "Känguru, 5 €\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("names", ["猫\n犬\n", "кот\n", "一\n", "a", "blåbär\n", "ключ\r\n"])
def test_unicode_is_never_refused_where_it_shows(names: str, encoding: str) -> None:
    assert decode(names.encode(encoding)).text == names


@pytest.mark.parametrize("word", ["Küche", "Elefant Öffner", "TÜR", "Süßigkeit", "Möwe 5 €", "90° Kühler"])
def test_a_word_that_reads_the_same_in_every_western_encoding_is_accepted(word: str) -> None:
    decoded = decode(word.encode("cp1252"))
    assert (decoded.text, decoded.assumed) == (word, not word.isascii())


def test_the_file_whose_encoding_was_assumed_is_named_in_a_remark(tmp_path: Path) -> None:
    put(tmp_path / "classes.txt", "Küche\n".encode("cp1252"))
    problems: list[Problem] = []
    assert read_text(open_source(tmp_path), "classes.txt", problems) == "Küche\n"
    assert [(p.file, p.kind) for p in problems] == [("classes.txt", ProblemKind.ASSUMED_ENCODING)]
    assert "Windows-1252" in problems[0].message
    assert faults(problems) == ()


def test_the_file_whose_encoding_cannot_be_told_is_named_in_the_refusal(tmp_path: Path) -> None:
    put(tmp_path / "classes.txt", "кот\n".encode("cp1251"))
    with pytest.raises(DatasetError, match=r"classes\.txt: .*as UTF-8"):
        read_text(open_source(tmp_path), "classes.txt", [])


@given(st.binary())
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    text_or_none(data)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("labels.csv", "filename,class,xmin,ymin,xmax,ymax\none.jpg,кот,1,2,30,40\n"),
        ("labels.json", '{"images": [], "annotations": [], "categories": [{"id": 1, "name": "кот"}]}'),
    ],
)
def test_a_file_that_hides_the_format_by_its_encoding_is_named(
    file: str, content: str, tmp_path: Path
) -> None:
    put(tmp_path / file, content.encode("cp1251"))
    with pytest.raises(DatasetError, match=rf"{file}: The text is not UTF-8"):
        open_dataset(tmp_path, size=96)


@pytest.mark.parametrize("text", ["é", "è\nȮ\n", '{"name": "è"}'])
def test_what_reads_as_utf8_is_utf8_in_all_but_bare_lists_of_names(text: str) -> None:
    assert decode(text.encode()).text == text
