"""The commands of a page of docs/, one by one: those of its blocks and those between back-quotes in its text."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

NOT_RUN = "Not run by a test"
"""What the paragraph before a block begins with that acts on a cluster, or has commands that nothing checks."""

_BLOCK = re.compile(r"(?ms)^```(?P<language>\w*)\n(?P<text>.*?)^```$")
_INLINE = re.compile(r"(?s)`((?:kubectl|detector launch) [^`]+)`")
_PUNCTUATION = frozenset(";|&()")
_KEYWORDS = frozenset({"until", "do", "done", "while", "if", "then", "fi"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


@dataclass(frozen=True, slots=True)
class Block:
    """`marked`: the page says that it is not run."""

    text: str
    marked: bool

    def commands(self) -> list[list[str]]:
        """Its commands as words, keywords of the shell left out."""
        return split_commands(self.text)


def blocks(page: Path) -> list[Block]:
    """Every block of the page."""
    text = page.read_text("utf-8")
    return [
        Block(match["text"], _paragraph_before(text, match.start()).startswith(NOT_RUN))
        for match in _BLOCK.finditer(text)
    ]


def inline_commands(page: Path) -> list[list[str]]:
    """Commands of kubectl and `detector launch` within the text that are more than a verb."""
    text = _BLOCK.sub("", page.read_text("utf-8"))
    found = (shlex.split(" ".join(match.split())) for match in _INLINE.findall(text))
    return [words for words in found if len(words) > 3]


def split_commands(text: str) -> list[list[str]]:
    """The simple commands of a script of the shell, each as its words."""
    return [
        command for line in text.replace("\\\n", " ").splitlines() for command in _split_line(line) if command
    ]


def _split_line(line: str) -> list[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= _PUNCTUATION:
            commands.append([])
        elif word not in _KEYWORDS or commands[-1]:
            commands[-1].append(word)
    return commands


def is_assignment(command: list[str]) -> bool:
    return len(command) == 1 and _ASSIGNMENT.match(command[0]) is not None


def _paragraph_before(text: str, end: int) -> str:
    return text[:end].rstrip().rpartition("\n\n")[2]
