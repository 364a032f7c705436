"""Programs of "Get it" that ask a gateway whose certificate is from its own authority."""

import json
import sys
from pathlib import Path

import httpx

from detector.store import MANIFEST
from jobs.registry import Registry
from jobs.train.export.runtimes.node import node_program
from tests.detector.pictures import corners, encode
from tests.services.gateway.lan.conftest import lan_gateway
from tests.services.gateway.tiny import publish_tiny
from tests.services.phone.examples import examples_of
from tests.services.phone.programs import bash

CALL = "import {openAsBlob} from 'node:fs'; import {detect} from './detect.mjs';"


def test_curl_python_and_node_reach_it_once_they_were_told_of_the_authority(tmp_path: Path) -> None:
    store = Registry(tmp_path / "store")
    publish_tiny(store)
    (tmp_path / "photo.jpg").write_bytes(encode(corners(128, 128)))
    with lan_gateway(store, tmp_path) as served:
        origin = f"https://127.0.0.1:{served.port}"
        manifest = store.artifacts_dir("detector", 1) / MANIFEST
        examples = examples_of(manifest, origin=origin, authority=True)
        offered = httpx.get(f"{served.running.url}/lan/authority.pem")
        name = offered.headers["content-disposition"].split('"')[1]
        (tmp_path / name).write_bytes(offered.content)
        (tmp_path / "ask.py").write_text(examples["python-detect"], "utf-8")
        (tmp_path / "detect.mjs").write_text(examples["javascript-detect"], "utf-8")
        call = f"{CALL} console.log((await detect(await openAsBlob('photo.jpg'))).length);"
        (tmp_path / "ask.mjs").write_text(call, "utf-8")
        programs = {
            "curl": examples["curl-detect"],
            "python": f"{sys.executable} ask.py photo.jpg",
            "node": f"{node_program()} ask.mjs",
        }
        for program, command in programs.items():
            assert bash(command, tmp_path).code != 0, f"{program} asks without having been told"
        told = {name: bash(f"{examples['trust']}\n{line}", tmp_path) for name, line in programs.items()}
    assert [each.code for each in told.values()] == [0, 0, 0], told
    found = json.loads(told["curl"].out)["detections"]
    assert len(found) > 0
    assert len(told["python"].out.splitlines()) == int(told["node"].out) == len(found)
