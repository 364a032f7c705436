"""What the manifests rely on: connections that end after a while follow the names of a headless Service."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from jobs.registry import Registry
from services.serving.model_config import ServedModel, serving_config
from tests.deploy.k8s.name_server import name_server
from tests.detector.pictures import corners, encode
from tests.faults.load import Load, load
from tests.services.gateway.running import poll, running_gateway
from tests.services.gateway.tiny import publish_tiny
from tests.serving_standin.running import free_port, running_serving

AGE_MS = 1000
PHOTO = encode(corners(64, 64))


@contextlib.contextmanager
def replica(store: Registry, address: str, port: int, *, version: int) -> Iterator["subprocess.Popen[bytes]"]:
    """TensorFlow Serving at an address of its own; its `stable` is that version, which tells who answered."""
    config = store.root / f"{address}.config"
    models = {"detector": ServedModel((version,), {"stable": version})}
    config.write_text(serving_config(models, serving_root=str(store.root)))
    flags = (f"--host={address}", f"--grpc_channel_arguments=grpc.max_connection_age_ms={AGE_MS}")
    with running_serving(config, port=port, wait=False, flags=flags) as process:
        poll(lambda: _answers(f"{address}:{port}"), timeout_s=60)
        yield process


def _answers(target: str) -> bool:
    with grpc.insecure_channel(target) as channel, contextlib.suppress(grpc.FutureTimeoutError):
        grpc.channel_ready_future(channel).result(timeout=0.5)
        return True
    return False


def asked(seen: Load, version: int) -> int:
    return seen.versions[version]


@pytest.mark.slow
def test_a_replica_that_leaves_the_name_is_left_alone_and_one_that_joins_gets_its_share(
    tmp_path: Path,
) -> None:
    store = Registry(tmp_path / "store", serving_root=str(tmp_path / "store"))
    for _ in range(3):
        publish_tiny(store)
    port = free_port()
    with (
        name_server("127.0.0.1", "127.0.0.2") as names,
        replica(store, "127.0.0.1", port, version=1),
        replica(store, "127.0.0.2", port, version=2) as leaving,
        running_gateway(
            store.root,
            tmp_path,
            engine="tfserving",
            tfserving_target=f"dns://127.0.0.1:{names.port}/serving-headless:{port}",
        ) as gateway,
        load(gateway.url, PHOTO) as seen,
    ):
        poll(lambda: asked(seen, 1) > 5 and asked(seen, 2) > 5)
        # Kubernetes takes a pod that is to stop out of the name at once; its preStop hook keeps it alive meanwhile.
        names.addresses = ["127.0.0.1"]
        poll(lambda: _quiet(seen, version=2), timeout_s=30)
        leaving.kill()
        before = asked(seen, 1)
        poll(lambda: asked(seen, 1) > before + 20)
        with replica(store, "127.0.0.3", port, version=3):
            names.addresses = ["127.0.0.1", "127.0.0.3"]
            poll(lambda: asked(seen, 3) > 5)
            assert set(seen.outcomes) == {"200"}


def _quiet(seen: Load, *, version: int) -> bool:
    """Whether twenty answers in a row came from others."""
    theirs, all_ = asked(seen, version), seen.versions.total()
    poll(lambda: seen.versions.total() >= all_ + 20)
    return asked(seen, version) == theirs
