"""The layouts that CSV files of boxes come in: which column is what.

Known are files with a header (`filename,width,height,class,xmin,ymin,xmax,ymax` and its relatives, in any
order), and three without: `path,x1,y1,x2,y2,class`, Google's `set,path,label,x,y,...` with two or four
corners, 0..1, and makesense.ai's `label,x,y,width,height,photo,image width,image height`.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.train.data.names import is_photo, side_named
from jobs.train.data.photos import Side
from jobs.train.data.text import image_size, number

_NAMES = {
    "photo": ("filename", "filenames", "file", "filepath", "imagename", "imagefile", "imagepath", "imgpath",
              "path", "gcsuri", "uri", "image", "img", "photo", "imageid"),
    "label": ("classname", "displayname", "labelname", "categoryname", "class", "label", "category", "object",
              "name"),
    "xmin": ("xmin", "x1", "left", "xmn", "bboxxmin", "minx"),
    "ymin": ("ymin", "y1", "top", "ymn", "bboxymin", "miny"),
    "xmax": ("xmax", "x2", "right", "xmx", "bboxxmax", "maxx"),
    "ymax": ("ymax", "y2", "bottom", "ymx", "bboxymax", "maxy"),
    "x": ("x", "bboxx", "xtopleft"),
    "y": ("y", "bboxy", "ytopleft"),
    "w": ("w", "bboxw", "bboxwidth", "boxwidth"),
    "h": ("h", "bboxh", "bboxheight", "boxheight"),
    "width": ("imagewidth", "imgwidth", "imagew", "imgw", "width"),
    "height": ("imageheight", "imgheight", "imageh", "imgh", "height"),
    "crowd": ("isgroupof", "groupof", "iscrowd", "crowd", "isgroup"),
    "side": ("set", "split", "mluse", "subset", "side", "partition"),
}  # fmt: skip
"""The titles of each column, the one that says most plainly what is in it first."""
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_ORIGIN_AND_SIZE = ("x", "y", "w", "h")
_DECIMAL_COMMA = re.compile(r"-?(0?,\d+|\d+,(\d{1,2}|\d{4,}))")
_GOOGLE_SETS = frozenset({"train", "training", "validate", "validation", "test", "unassigned", ""})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV: `edges` are ymin, xmin, ymax, xmax as written, None for a photo without a box.

    `crowd` is the text of the column that says whether the box is of a group.
    """

    line: int
    photo: str
    label: str
    edges: tuple[float, float, float, float] | None
    stated_size: tuple[int, int] | None
    side: Side | None
    crowd: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Column numbers by meaning. `first_row` is 1 when there is a header."""

    columns: Mapping[str, int]
    first_row: int

    def row(self, line: int, values: Sequence[str]) -> Row:
        """The row on this line; missing columns read as empty, unreadable numbers as NaN."""
        return Row(
            line=line,
            photo=self._text(values, "photo"),
            label=self._raw(values, "label"),
            edges=self._edges(values),
            stated_size=image_size(self._text(values, "width"), self._text(values, "height")),
            side=side_named(self._text(values, "side")),
            crowd=self._text(values, "crowd"),
        )

    def _edges(self, values: Sequence[str]) -> tuple[float, float, float, float] | None:
        names = _CORNERS if "xmin" in self.columns else _ORIGIN_AND_SIZE
        texts = [self._text(values, name) for name in names]
        if not self._text(values, "label") and all(text in ("", "-1", "0") for text in texts):
            return None
        a, b, c, d = map(_coordinate, texts)
        return (b, a, d, c) if names is _CORNERS else (b, a, b + d, a + c)

    def _raw(self, values: Sequence[str], name: str) -> str:
        position = self.columns.get(name, -1)
        return values[position] if 0 <= position < len(values) else ""

    def _text(self, values: Sequence[str], name: str) -> str:
        return self._raw(values, name).strip()


def find_layout(rows: Sequence[Sequence[str]]) -> Layout | None:
    """The layout of a file by its first rows; None when it is no list of boxes."""
    if not rows:
        return None
    return _with_header(rows[0]) or _google(rows) or _plain(rows) or _makesense(rows)


def _with_header(header: Sequence[str]) -> Layout | None:
    positions: dict[str, int] = {}
    for position, title in enumerate(header):
        positions.setdefault("".join(filter(str.isalnum, title.lower())), position)
    columns = _columns(positions)
    corners = any(all(name in columns for name in names) for names in (_CORNERS, _ORIGIN_AND_SIZE))
    return Layout(columns, 1) if corners and {"photo", "label"} <= columns.keys() else None


def _columns(positions: Mapping[str, int]) -> dict[str, int]:
    """Column numbers by meaning; a width without a far edge beside x and y is the box's, not the photo's."""
    found = {column: next((n for n in names if n in positions), None) for column, names in _NAMES.items()}
    columns = {column: positions[name] for column, name in found.items() if name is not None}
    if not {"x", "y"} <= columns.keys() or {"xmin", "w", "h"} & columns.keys():
        return columns
    if not {"width", "height"} <= positions.keys():
        return columns
    others = {name: position for name, position in positions.items() if name not in ("width", "height")}
    return _columns(others) | {"w": positions["width"], "h": positions["height"]}


def _google(rows: Sequence[Sequence[str]]) -> Layout | None:
    """`[set,]path,label,xmin,ymin,(xmax,ymin|,),xmax,ymax,(xmin,ymax|,)`, or with the two corners alone."""
    first = rows[0]
    offset = (
        1 if len(first) > 1 and first[0].strip().lower() in _GOOGLE_SETS and is_photo(first[1].strip()) else 0
    )
    if len(first) not in (offset + 10, offset + 6) or not is_photo(first[offset].strip()):
        return None
    if len(first) == offset + 6 and (not offset or _is_number(first[offset + 1])):
        return None
    far = 4 if len(first) == offset + 10 else 2
    positions = {"photo": 0, "label": 1, "xmin": 2, "ymin": 3, "xmax": 2 + far, "ymax": 3 + far}
    columns = {name: position + offset for name, position in positions.items()}
    return Layout(columns | ({"side": 0} if offset else {}), 0)


def _plain(rows: Sequence[Sequence[str]]) -> Layout | None:
    """`path,x1,y1,x2,y2,class`, where a photo without objects has the other columns empty."""
    if not all(len(row) >= 6 and is_photo(row[0].strip()) for row in rows):
        return None
    if not all(all(_is_number(value) or not value.strip() for value in row[1:5]) for row in rows):
        return None
    return Layout({"photo": 0, "xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4, "label": 5}, 0)


def _makesense(rows: Sequence[Sequence[str]]) -> Layout | None:
    """`label,x,y,width,height,photo,image width,image height`; photos without objects are not in it."""
    if not all(len(row) == 8 and is_photo(row[5].strip()) for row in rows):
        return None
    if not all(_is_number(value) for row in rows for value in (*row[1:5], *row[6:])):
        return None
    titles = ("label", "x", "y", "w", "h", "photo", "width", "height")
    return Layout({title: position for position, title in enumerate(titles)}, 0)


def _coordinate(text: str) -> float:
    """The number, also with a decimal comma; NaN for one that may as well separate thousands, as in 1,250."""
    return number(text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text)


def _is_number(text: str) -> bool:
    return math.isfinite(number(text.strip()))
