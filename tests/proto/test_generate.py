"""The generated code in the tree is what the .proto files say."""

import subprocess
import sys
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]


def test_generated_code_is_not_stale() -> None:
    command = [sys.executable, "proto/generate.py", "--check"]
    result = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
