"""What the terminal says to the person who has started the gateway for phones."""

import sys
from typing import TextIO

from services.gateway.lan.hosts import url
from services.gateway.lan.lan import Lan
from services.gateway.lan.place import Place
from services.gateway.lan.qr import terminal_code


def announce(lan: Lan, *, grpc_port: int | None, open_to_all: bool, out: TextIO | None = None) -> None:
    """Print where to go, what to scan and what to do, to `out` or standard output."""
    stream = out or sys.stdout
    print(
        announcement(lan, grpc_port=grpc_port, open_to_all=open_to_all, colours=stream.isatty()),
        file=stream,
        flush=True,
    )


def announcement(lan: Lan, *, grpc_port: int | None, open_to_all: bool, colours: bool) -> str:
    """The text. `open_to_all`: no API keys are asked for; `colours`: whether escapes for colours are understood."""
    best, *others = lan.places
    scanned = best.app if lan.authority is None else best.help
    rows = [("On this computer", url("http", "localhost", lan.port, "/")), ("On phones", best.app)]
    rows += [("", place.app) for place in others]
    if grpc_port is not None:
        rows.append(("gRPC", f"{Place(best.host, grpc_port).app.removeprefix('https://').rstrip('/')} (TLS)"))
    blocks = [
        "\n".join(f"  {label:<18}{value}" for label, value in rows),
        terminal_code(scanned, colours=colours),
        _steps(lan, scanned),
    ]
    if open_to_all:
        blocks.append("  Everybody in this network can use it; DETECTOR_API_KEYS=... asks for a key.")
    return "\n" + "\n\n".join(blocks) + "\n"


def _steps(lan: Lan, scanned: str) -> str:
    if lan.authority is None:
        return f"  Point the phone's camera at the code, or open {scanned}"
    made = "was made just now" if lan.authority_is_new else "is the one that phones may have already"
    return (
        f"  Point the phone's camera at the code, or open {scanned}\n"
        "  The page shows how a phone comes to trust this computer (once for each phone), then opens the detector.\n"
        f"  The authority that it installs {made}. It is kept in {lan.folder},\n"
        "  and its SHA-256 fingerprint, which the phone shows too, is\n"
        f"  {lan.authority.fingerprint}"
    )
