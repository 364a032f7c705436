"""QR codes of an address: for a terminal, and for a page."""

import segno

QUIET_ZONE = 4
"""Modules of light around the code that ISO/IEC 18004 asks for; the terminal's own edge is not light."""

_DARK_ON_LIGHT = "\x1b[38;5;16;48;5;231m"
_RESET = "\x1b[0m"
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
"""What shows (upper, lower) as dark modules, when text is dark and its ground is light."""

HALF_BLOCKS = "".join(_HALVES.values())
"""The characters of a terminal's code."""


def terminal_code(text: str, *, colours: bool) -> str:
    """The code in half blocks, two modules a character high, one wide.

    `colours` sets black on white, whatever the terminal's own; without, dark modules are the blocks.
    """
    rows = [list(row) for row in _code(text).matrix_iter(border=QUIET_ZONE)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    lines = [
        "".join(_HALVES[bool(upper), bool(lower)] for upper, lower in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    ]
    return "\n".join(f"{_DARK_ON_LIGHT}{line}{_RESET}" if colours else line for line in lines)


def svg_code(text: str) -> str:
    """The code as an <svg> element on white, to be sized by the page."""
    return _code(text).svg_inline(border=QUIET_ZONE, light="#fff", dark="#000", omitsize=True)


def _code(text: str) -> segno.QRCode:
    # Level M survives glare on a screen; more would only make the modules smaller.
    return segno.make_qr(text, error="m", boost_error=False)
