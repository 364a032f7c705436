import os
import subprocess
import sys
from pathlib import Path

from requirements.install import how_far

ROOT = Path(__file__).resolve().parents[2]


def test_downloads_that_are_awaited_are_named() -> None:
    output = "Resolved 3 packages\nDownloading a (1.0MiB)\nDownloading b (615.0MiB)\n Downloaded a\n"
    assert how_far(output) == "1 of 2 large packages are here, still to come: b (615.0MiB)"
    assert how_far("".join(f"Downloading {name} (1.0MiB)\n" for name in "abcd")).endswith(
        "c (1.0MiB) and others"
    )


def test_without_downloads_the_last_step_is_told() -> None:
    assert how_far("Resolved 3 packages in 5ms\n") == "resolved 3 packages in 5ms"
    assert (
        how_far("Downloading a (1.0MiB)\n Downloaded a\nPrepared 3 packages in 2s\n")
        == "prepared 3 packages in 2s"
    )
    assert how_far("Using Python 3.11 environment at: .venv\n") == ""


def test_without_an_index_it_says_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "environment"
    command = [sys.executable, "-m", "requirements.install", str(folder), "requirements/light.lock"]
    nothing = {
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
        "PIP_NO_CACHE_DIR": "1",
    }
    result = subprocess.run(
        command, cwd=ROOT, env=os.environ | nothing, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "No matching distribution found for uv" in result.stderr
    assert "make sure that this index is reachable" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
