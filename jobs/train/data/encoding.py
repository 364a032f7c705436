"""The encoding of a text file: told for certain, or accepted because no other reading is plausible, or refused.

UTF-8 and UTF-16 show themselves. In every other encoding most bytes mean a letter in most others too: `ko\\xe8ka`
is `kočka` for a Czech and `koèka` for a Frenchman, and automatic detection on lists of a few class names is
wrong more often than right. A wrong class name is worse than a refusal, so one single case is accepted: words
of ASCII letters with a few of the letters that have the same byte in the Western, Central European, Turkish
and Baltic code pages of Windows, as in `Küche`.
"""

import codecs
import itertools
import re
import unicodedata
from dataclasses import dataclass

from detector.errors import DatasetError
from jobs.train.data.problems import Problem, ProblemKind
from jobs.train.data.source import Source

ASSUMED = "Windows-1252"
"""The encoding that is assumed where its reading is the only plausible one."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; the one of UTF-32 begins with the one of UTF-16."""
_SAVE_AS_UTF8 = "Save it as UTF-8 (in Excel: 'CSV UTF-8')."
_ISO_2022 = re.compile(rb"\x1b[$(]")
_WORDS = re.compile(r"[^\W\d_]+")
_SHARED_LETTERS = frozenset("äöüßéóÄÖÜÉÓ")
"""Letters with the same byte in the code pages 1250, 1252, 1254 and 1257 and in ISO 8859-1, -2 and -15."""
_VOWELS = frozenset("aeiouyäöüéó")
_ASCII_PER_OTHER_LETTER = 2
_LAST_LATIN = "\u024f"
_PRICE = re.compile(r"€|(?<=\d)°")
"""Signs that are accepted beside the letters."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file. `assumed` is true where the bytes alone do not tell its encoding."""

    text: str
    assumed: bool = False


def decode(data: bytes, *, bare_names: bool = False) -> Decoded:
    """The text in these bytes. DatasetError when their encoding cannot be told.

    What reads as UTF-8 is UTF-8. Only in a file of `bare_names`, a class a line, is there too little text to rely on
    that: two Chinese letters in GBK may be two accented ones in UTF-8.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(_strictly(data, encoding))
    if b"\0" in data:
        return Decoded(_utf16_without_mark(data))
    if _ISO_2022.search(data):
        raise DatasetError(f"The text is in a Japanese or Chinese 7-bit encoding. {_SAVE_AS_UTF8}")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return Decoded(_western(data), assumed=True)
    if bare_names and may_be_chinese(text):
        raise DatasetError(f"The text may be UTF-8 ({text.strip()[:20]!r}) or GBK. {_SAVE_AS_UTF8}")
    return Decoded(text)


def read_text(source: Source, file: str, problems: list[Problem], *, bare_names: bool = False) -> str:
    """The text of one file, with a remark in `problems` where its encoding was assumed.

    `bare_names` is for a file with a class name a line. DatasetError, which names the file, when it cannot be read or
    its encoding cannot be told.
    """
    return text_of(source.read(file), file, problems, bare_names=bare_names)


def text_of(data: bytes, file: str, problems: list[Problem], *, bare_names: bool = False) -> str:
    """The text of the file's bytes, as `read_text` has it."""
    try:
        decoded = decode(data, bare_names=bare_names)
    except DatasetError as error:
        raise DatasetError(f"{file}: {error.message}") from error
    if decoded.assumed:
        message = f"is not UTF-8 and was read as {ASSUMED}; check the names, or save it as UTF-8."
        problems.append(Problem(file, ProblemKind.ASSUMED_ENCODING, message))
    return decoded.text


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DatasetError(f"The text is damaged: not valid {encoding.upper()} ({error.reason}).") from error


def _utf16_without_mark(data: bytes) -> str:
    """The text by the byte order that puts more zeros, those of ASCII characters, into high bytes."""
    zeros = {"utf-16-le": data[1::2].count(0), "utf-16-be": data[0::2].count(0)}
    texts = {encoding: text for encoding in zeros if (text := _plausible_text(data, encoding)) is not None}
    most = max(zeros[encoding] for encoding in texts) if texts else 0
    likeliest = [text for encoding, text in texts.items() if zeros[encoding] == most]
    if len(likeliest) != 1:
        raise DatasetError(f"This is no text file, or its encoding cannot be told. {_SAVE_AS_UTF8}")
    return likeliest[0]


def _plausible_text(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if any(map(_is_no_text, text)) else text


def _is_no_text(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("Cn", "Co", "Cs") or (category == "Cc" and character not in "\t\n\v\f\r\x1a")


def _western(data: bytes) -> str:
    text = data.decode("cp1252", errors="replace")
    rest = _PRICE.sub("", text)
    words = _WORDS.findall(rest)
    signs = _WORDS.sub("", rest)
    if signs.isascii() and all(map(_is_plausible, words)):
        return text
    raise DatasetError(f"The text is not UTF-8, and its encoding cannot be told for certain. {_SAVE_AS_UTF8}")


def _is_plausible(word: str) -> bool:
    """Whether no other encoding makes a likelier word of the bytes."""
    if word.isascii():
        return True
    others = [character for character in word if not character.isascii()]
    if not _SHARED_LETTERS.issuperset(others) or len(word) < (1 + _ASCII_PER_OTHER_LETTER) * len(others):
        return False
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    # A vowel after a vowel is ß or ń in the code pages of DOS.
    lower = word.lower()
    return not any(
        second in _VOWELS and not second.isascii() and first in _VOWELS
        for first, second in itertools.pairwise(lower)
    )


def may_be_chinese(text: str) -> bool:
    """Whether a text read as UTF-8, whose words have accented Latin letters only, is also one in GBK: `è` is 猫."""
    words = [word for word in _WORDS.findall(text) if not word.isascii()]
    if not words or any(character.isascii() for word in words for character in word):
        return False
    if any(character > _LAST_LATIN for character in text):
        return False
    try:
        text.encode("utf-8").decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True
