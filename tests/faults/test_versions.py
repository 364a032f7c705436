"""Channels move under load without a failed request; what is broken never takes over."""

from functools import partial
from pathlib import Path

import httpx

from jobs.registry import Registry
from tests.detector.pictures import corners, encode
from tests.faults.load import load
from tests.services.gateway.running import Running, poll, running_gateway
from tests.services.gateway.tiny import move, publish_tiny

PHOTO = encode(corners(320, 240))


def metric(running: Running, name: str) -> dict[str, float]:
    """Values of a metric by its labels as written."""
    lines = httpx.get(f"{running.url}/metrics").text.splitlines()
    found = [line.rpartition(" ") for line in lines if line.startswith((f"{name}{{", f"{name} "))]
    return {labels.removeprefix(name): float(value) for labels, _, value in found}


def load_failures(running: Running, version: int) -> float:
    label = f'{{name="detector",version="{version}"}}'
    return metric(running, "detector_version_load_failures_total").get(label, 0.0)


def test_swap_and_rollback_under_load_fail_no_request(own_store: Registry, tmp_path: Path) -> None:
    publish_tiny(own_store, score_scale=0.9)
    with running_gateway(own_store.root, tmp_path) as running, load(running.url, PHOTO) as seen:
        poll(lambda: seen.versions[1] > 20)
        move(own_store, stable=2)
        poll(lambda: seen.versions[2] > 20)
        move(own_store, stable=1, canary=2)
        before = seen.versions[1]
        poll(lambda: seen.versions[1] > before + 20)
    assert set(seen.outcomes) == {"200"}


def test_a_channel_that_moved_leaves_no_series_behind(own_store: Registry, tmp_path: Path) -> None:
    publish_tiny(own_store)
    with running_gateway(own_store.root, tmp_path) as running:
        move(own_store, stable=2)
        expected = {'{channel="stable",name="detector",version="2"}': 1.0}
        poll(lambda: metric(running, "detector_model_info") == expected)


def test_a_corrupt_version_leaves_the_old_one_in_place(own_store: Registry, tmp_path: Path) -> None:
    publish_tiny(own_store)
    lite = own_store.artifacts_dir("detector", 2) / "tflite" / "f32.tflite"
    lite.write_bytes(lite.read_bytes()[:2000])
    with running_gateway(own_store.root, tmp_path) as running, load(running.url, PHOTO) as seen:
        move(own_store, stable=2)
        poll(lambda: load_failures(running, 2))
        assert httpx.post(f"{running.url}/detect", content=PHOTO).json()["model"]["version"] == 1
        assert httpx.get(f"{running.url}/readyz").status_code == 200
        # Logged after it was counted.
        failures = poll(
            lambda: [event for event in running.events() if event["event"] == "version_not_loaded"]
        )
        assert failures[0]["version"] == 2
    assert set(seen.outcomes) == {"200"}
    assert set(seen.versions) == {1}


def test_a_version_whose_file_is_missing_or_of_another_size(own_store: Registry, tmp_path: Path) -> None:
    publish_tiny(own_store)
    publish_tiny(own_store, size=32)
    wrong = own_store.artifacts_dir("detector", 3) / "tflite" / "f32.tflite"
    right = own_store.artifacts_dir("detector", 1) / "tflite" / "f32.tflite"
    wrong.write_bytes(right.read_bytes())
    (own_store.artifacts_dir("detector", 2) / "tflite" / "f32.tflite").unlink()
    with running_gateway(own_store.root, tmp_path) as running:
        for version in (2, 3):
            move(own_store, stable=1, canary=version)
            poll(partial(load_failures, running, version))
            assert httpx.post(f"{running.url}/detect?channel=stable", content=PHOTO).status_code == 200


def test_channels_that_cannot_be_read_change_nothing(own_store: Registry, tmp_path: Path) -> None:
    channels = own_store.root / "channels" / "detector.json"
    with running_gateway(own_store.root, tmp_path) as running:
        for content in (b"{", b"[]", b'{"stable": "x"}', b"{}"):
            channels.write_bytes(content)
            poll(lambda: True)
            assert httpx.post(f"{running.url}/detect", content=PHOTO).status_code == 200
        channels.unlink()
        assert httpx.post(f"{running.url}/detect", content=PHOTO).status_code == 200


def test_a_store_that_fills_later_is_noticed(tmp_path: Path) -> None:
    store = Registry(tmp_path / "store")
    with running_gateway(store.root, tmp_path, wait_ready=False) as running:
        answer = httpx.post(f"{running.url}/detect", content=PHOTO)
        assert (answer.status_code, answer.json()["code"]) == (503, "model_unavailable")
        assert answer.headers["retry-after"] == "1"
        publish_tiny(store)
        poll(lambda: httpx.get(f"{running.url}/readyz").status_code == 200)
        assert httpx.post(f"{running.url}/detect", content=PHOTO).status_code == 200


def test_a_store_that_cannot_be_read_is_a_fault_of_ours_and_is_followed_again(
    own_store: Registry, tmp_path: Path
) -> None:
    """An answer that names no file of ours, a line in the log that does; and then a channel that moves is seen."""
    channels = own_store.root / "channels" / "detector.json"
    with running_gateway(own_store.root, tmp_path) as running:
        good = channels.read_text()
        channels.write_text("{")
        answer = httpx.get(f"{running.url}/v1/models/detector/manifest")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert str(own_store.root) not in answer.text
        assert str(channels) in running.log.read_text()
        channels.write_text(good)
        poll(lambda: httpx.get(f"{running.url}/v1/models/detector/manifest").status_code == 200)
