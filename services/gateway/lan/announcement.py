"""What the terminal says to the person who has started the gateway for phones."""

import sys
from typing import Literal, TextIO

from services.gateway.lan.explanation import PATH
from services.gateway.lan.hosts import url, with_port
from services.gateway.lan.lan import Lan
from services.gateway.lan.qr import HALF_BLOCKS, terminal_code

Code = Literal["none", "plain", "coloured"]


def announce(lan: Lan, *, grpc_port: int | None, open_to_all: bool, out: TextIO | None = None) -> None:
    """Print where to go, what to scan and what to do, to `out` or standard output."""
    stream = out or sys.stdout
    code: Code = "none" if not _has_blocks(stream) else "coloured" if stream.isatty() else "plain"
    print(announcement(lan, grpc_port=grpc_port, open_to_all=open_to_all, code=code), file=stream, flush=True)


def announcement(lan: Lan, *, grpc_port: int | None, open_to_all: bool, code: Code) -> str:
    """The text. `open_to_all`: no API keys are asked for; `code`: how the QR code can be shown."""
    best, *others = lan.places
    scanned = best.app if lan.authority is None else best.help
    rows = [("On this computer", url("http", "localhost", lan.port, "/"))] if lan.on_localhost else []
    rows += [("On phones", best.app), *(("", place.app) for place in others)]
    if grpc_port is not None:
        rows.append(("gRPC", f"{with_port(best.host, grpc_port)} (TLS)"))
    blocks = ["\n".join(f"  {label:<18}{value}" for label, value in rows)]
    if code != "none":
        blocks.append(terminal_code(scanned, colours=code == "coloured"))
    blocks.append(_steps(lan, scanned))
    if open_to_all:
        blocks.append("  Everybody in this network can use it; DETECTOR_API_KEYS=... asks for a key.")
    return "\n" + "\n\n".join(blocks) + "\n"


def _steps(lan: Lan, scanned: str) -> str:
    if lan.authority is None:
        return f"  {_pointing(lan, scanned)}"
    made = "was made just now" if lan.authority_is_new else "is the one that phones may have already"
    return (
        f"  {_pointing(lan, scanned)}\n"
        "  The page shows how a phone comes to trust this computer (once for each phone), then opens the detector.\n"
        f"  The authority that it installs {made}. It is kept in {lan.folder},\n"
        "  and its SHA-256 fingerprint, which the phone shows too, is\n"
        f"  {lan.authority.fingerprint}"
    )


def _pointing(lan: Lan, scanned: str) -> str:
    also = f" (also on {url('http', 'localhost', lan.port, PATH)})" if lan.on_localhost else ""
    return f"Point the phone's camera at the code{also}, or open {scanned}"


def _has_blocks(stream: TextIO) -> bool:
    try:
        HALF_BLOCKS.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
