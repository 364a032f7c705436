"""A browser as a phone is: its own list of trusted authorities, and names that lead to this machine."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)


def new_home(folder: Path, *, authority_pem: bytes | None) -> Path:
    """A home folder whose Chromium trusts this authority as one that a person has installed; None: only the usual."""
    home = folder / "home"
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    if authority_pem is not None:
        certificate = folder / "authority.pem"
        certificate.write_bytes(authority_pem)
        _certutil(database, "-N", "--empty-password")
        _certutil(database, "-A", "-t", "C,,", "-n", "phone", "-i", str(certificate))
    return home


@contextmanager
def browser_at(playwright: Playwright, home: Path, *, name: str) -> Iterator[Browser]:
    """Chromium with this home folder, for which `name` is this machine: its traffic stays on loopback."""
    assert Path(CHROMIUM).exists(), "These tests need Chromium: apt-get install chromium"
    flags = [*FLAGS, f"--host-resolver-rules=MAP {name} 127.0.0.1"]
    environment: dict[str, str | float | bool] = {**os.environ, "HOME": str(home)}
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags, env=environment)
    try:
        yield browser
    finally:
        browser.close()


def _certutil(database: Path, *arguments: str) -> None:
    assert shutil.which("certutil"), "These tests need certutil: apt-get install libnss3-tools"
    subprocess.run(["certutil", "-d", f"sql:{database}", *arguments], check=True, capture_output=True)
