"""Stores that change while phones look at them: copies of a trained version, whole or spoilt."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from detector.store.channels import Channels
from jobs.registry import Registry

NAME = "detector"
GRAPH_WEIGHTS = "tfjs/graph/weights.bin"
SAMPLES = "report/samples/samples.json"

Spoil = Callable[[Path], None]


def copy_store(store: Registry, folder: Path) -> Registry:
    """A store of its own for a test that changes it."""
    shutil.copytree(store.root, folder)
    return Registry(folder)


def publish_again(store: Registry, *, spoil: Spoil | None = None) -> int:
    """Publish version 1's files once more under the next number and make that stable; `spoil` changes them before."""
    with store.stage(NAME) as staged:
        shutil.copytree(store.artifacts_dir(NAME, 1), staged.artifacts, dirs_exist_ok=True)
        shutil.copytree(store.model_dir(NAME, 1), staged.model, dirs_exist_ok=True)
        staged.eval.mkdir(parents=True, exist_ok=True)
        path = staged.artifacts / "manifest.json"
        manifest = json.loads(path.read_text())
        path.write_text(json.dumps(manifest | {"version": staged.version}))
        version = staged.publish()
    if spoil:
        spoil(store.artifacts_dir(NAME, version))  # afterwards: what is not sound is not published
    store.set_channels(NAME, Channels(version, None), action="test")
    return version


def damage_weights(artifacts: Path) -> None:
    """As a broken disk or proxy does: same size, one byte another."""
    path = artifacts / GRAPH_WEIGHTS
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def claim_other_detections(artifacts: Path) -> None:
    """samples.json says that the first photo holds something that no network finds there."""
    path = artifacts / SAMPLES
    samples = json.loads(path.read_text())
    nowhere = {"ymin": 0.0, "xmin": 0.0, "ymax": 0.03, "xmax": 0.03}
    samples["photos"][0]["detections"] = [{"label": "?", "class_id": 0, "score": 0.99, "box": nowhere}]
    path.write_text(json.dumps(samples))
