"""The domain is light: jobs and services share it, so it pulls in neither TensorFlow nor a transport."""

import json
import subprocess
import sys

SCRIPT = """
import importlib, json, pkgutil, sys
import detector
for module in pkgutil.walk_packages(detector.__path__, "detector."):
    importlib.import_module(module.name)
heavy = {"tensorflow", "keras", "tf_keras", "ai_edge_litert", "fastapi", "starlette", "grpc", "kubernetes"}
print(json.dumps(sorted(heavy & set(sys.modules))))
"""


def test_the_domain_imports_neither_tensorflow_nor_a_transport() -> None:
    result = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == []
