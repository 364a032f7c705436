"""What the terminal shows when a gateway for phones starts: its URLs, a QR code and the next steps."""

import sys
from typing import Literal, TextIO

from services.gateway.lan.hosts import LAN_PATH, url, with_port
from services.gateway.lan.lan import Lan
from services.gateway.lan.pages import QUIET_ZONE, qr_code

CodeStyle = Literal["none", "plain", "coloured"]

_DARK_ON_LIGHT = "\x1b[38;5;16;48;5;231m"
_RESET = "\x1b[0m"
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
"""The character that shows (upper, lower) modules, 1 for dark, in dark text on a light background."""
HALF_BLOCKS = "".join(_HALVES.values())


def announce(lan: Lan, *, grpc_port: int | None, open_to_all: bool, out: TextIO | None = None) -> None:
    """Print the announcement to `out`, by default standard output."""
    stream = out or sys.stdout
    code: CodeStyle = "none" if not _has_blocks(stream) else "coloured" if stream.isatty() else "plain"
    print(announcement(lan, grpc_port=grpc_port, open_to_all=open_to_all, code=code), file=stream, flush=True)


def announcement(lan: Lan, *, grpc_port: int | None, open_to_all: bool, code: CodeStyle) -> str:
    """Which URLs to open, what to scan and what to do. `open_to_all`: no API keys are required."""
    best, *others = lan.endpoints
    scanned = best.app if lan.authority is None else best.help
    rows = [("On this computer", url("http", "localhost", lan.port, "/"))] if lan.on_localhost else []
    rows += [("On phones", best.app), *(("", endpoint.app) for endpoint in others)]
    if grpc_port is not None:
        rows.append(("gRPC", f"{with_port(best.host, grpc_port)} (TLS)"))
    blocks = ["\n".join(f"  {label:<18}{value}" for label, value in rows)]
    if code != "none":
        blocks.append(terminal_qr_code(scanned, colours=code == "coloured"))
    blocks.append(_steps(lan, scanned))
    if open_to_all:
        blocks.append("  Everybody in this network can use it; DETECTOR_API_KEYS=... asks for a key.")
    return "\n" + "\n\n".join(blocks) + "\n"


def terminal_qr_code(text: str, *, colours: bool) -> str:
    """A QR code in half blocks: one character is two modules high and one wide.

    `colours` forces black on white whatever the terminal's colours; without it, the blocks are the dark modules.
    """
    rows = [list(row) for row in qr_code(text).matrix_iter(border=QUIET_ZONE)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    lines = [
        "".join(_HALVES[bool(upper), bool(lower)] for upper, lower in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    ]
    return "\n".join(f"{_DARK_ON_LIGHT}{line}{_RESET}" if colours else line for line in lines)


def _steps(lan: Lan, scanned: str) -> str:
    if lan.authority is None:
        return f"  {_scan_or_open(lan, scanned)}"
    made = "was made just now" if lan.authority_is_new else "is the one that phones may have already"
    return (
        f"  {_scan_or_open(lan, scanned)}\n"
        "  The page shows how a phone comes to trust this computer (once for each phone), then opens the detector.\n"
        f"  The authority that it installs {made}. It is kept in {lan.folder},\n"
        "  and its SHA-256 fingerprint, which the phone shows too, is\n"
        f"  {lan.authority.fingerprint}"
    )


def _scan_or_open(lan: Lan, scanned: str) -> str:
    also = f" (also on {url('http', 'localhost', lan.port, LAN_PATH)})" if lan.on_localhost else ""
    return f"Scan the QR code with the phone's camera{also}, or open {scanned}"


def _has_blocks(stream: TextIO) -> bool:
    try:
        HALF_BLOCKS.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
