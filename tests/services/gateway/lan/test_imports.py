"""A gateway that does not serve phones in its network does not pay for it."""

import json
import subprocess
import sys

SCRIPT = """
import json, sys
import services.gateway.server
print(json.dumps(sorted({"cryptography", "psutil", "segno"} & set(sys.modules))))
"""


def test_an_ordinary_gateway_imports_none_of_it() -> None:
    result = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == []
