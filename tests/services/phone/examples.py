"""The examples of the page's "Get it", as the page itself writes them."""

import json
import subprocess
from pathlib import Path

from jobs.train.export.runtimes.node import node_program

PRINT_EXAMPLES = Path(__file__).parents[3] / "services" / "phone" / "tests" / "get-it" / "print-examples.ts"
KEY_PLACEHOLDER = "YOUR_API_KEY"
"""What stands in a page's example where its reader puts a key."""


def examples_of(
    manifest: Path, *, origin: str, kind: str = "tflite_f32", keys: bool = False, authority: bool = False
) -> dict[str, str]:
    """The code of every example by its id, for this version at this gateway.

    `authority`: the gateway's certificate is from an authority of its own, so one more says how to trust that.
    """
    flags = [flag for flag, wanted in (("keys", keys), ("authority", authority)) if wanted]
    command = [node_program(), str(PRINT_EXAMPLES), str(manifest), origin, kind, *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    examples: dict[str, str] = json.loads(done.stdout)
    return examples
