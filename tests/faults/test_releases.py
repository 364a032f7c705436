"""Releases as they happen: real servers, real processes, under load, killed at every step."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from detector.store import Channels
from jobs.registry import Registry
from jobs.release.journal import ReleaseJournal
from jobs.release.promote import promote
from jobs.release.rollback import rollback
from services.serving.addresses import resolve
from services.serving.replicas import NotYetError, ReplicaClient, ServingReplicas
from tests.detector.pictures import corners, encode
from tests.faults.load import load
from tests.faults.test_versions import metric
from tests.jobs.release.conftest import store, two_versions
from tests.jobs.release.making import NAME, Making, publish
from tests.services.gateway.running import ROOT, poll, running_gateway
from tests.serving_standin.inside import serving_inside
from tests.serving_standin.running import free_port, running_serving

__all__ = ["store", "two_versions"]

PHOTO = encode(corners(320, 240))
SIZE = 64

KILLED_AT = """
import sys
from tests.detector.store.processes import kill_at_change
from jobs.cli import main
kill_at_change(int(sys.argv.pop(1)))
main()
"""


def detector(store: Registry, *arguments: str, killed_at: int | None = None) -> "subprocess.Popen[str]":
    """`detector release ...`, killed before that change it makes to the disk."""
    head = (
        ["-c", "from jobs.cli import main; main()"]
        if killed_at is None
        else ["-c", KILLED_AT, str(killed_at)]
    )
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DETECTOR_")}
    return subprocess.Popen(
        [sys.executable, *head, "release", *arguments, "--store", str(store.root)],
        cwd=ROOT,
        env=plain,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def release(store: Registry, *arguments: str, killed_at: int | None = None) -> int:
    process = detector(store, *arguments, killed_at=killed_at)
    _, said = process.communicate(timeout=120)
    assert "Traceback" not in said, said
    return process.returncode


@contextmanager
def replicas(store: Registry, count: int) -> Iterator[list[str]]:
    """Processes of the stand-in, and their addresses."""
    with ExitStack() as stack:
        ports = [free_port() for _ in range(count)]
        for port in ports:
            stack.enter_context(running_serving(store.root / "models.config", port=port, wait=False))
        addresses = [f"127.0.0.1:{port}" for port in ports]
        poll(lambda: all(answering(address) for address in addresses), timeout_s=90)
        yield addresses


def answering(address: str, label: str = "stable") -> int | None:
    """The version behind a label on one replica, None while it does not answer."""
    client = ReplicaClient(resolve((address,))[0])
    try:
        return client.version_behind(NAME, label, size=SIZE)
    except NotYetError:
        return None
    finally:
        client.close()


@pytest.mark.slow
@pytest.mark.parametrize("size", [64, 32])
def test_there_and_back_under_load_fails_no_request(store: Registry, tmp_path: Path, size: int) -> None:
    """Also where image sizes differ, so that the gateway asks by number and must have moved before it is let go."""
    third = publish(store, Making(size=size))
    with (
        replicas(store, 2) as addresses,
        running_gateway(
            store.root,
            tmp_path,
            engine="tfserving",
            tfserving_target="ipv4:" + ",".join(addresses),
        ) as running,
        load(running.url, PHOTO) as seen,
    ):
        poll(lambda: seen.versions[1] > 20)
        assert release(store, "promote", str(third), *serving(addresses)) == 0
        assert [answering(address) for address in addresses] == [third, third]
        poll(lambda: seen.versions[third] > 20)
        poll(lambda: metric(running, "detector_model_info") == model_info(third))
        assert release(store, "rollback", *serving(addresses)) == 0
        before = seen.versions[1]
        poll(lambda: seen.versions[1] > before + 20)
        poll(lambda: httpx.post(f"{running.url}/detect", content=PHOTO).json()["model"]["version"] == 1)
    assert set(seen.outcomes) == {"200"}, seen.outcomes


def serving(addresses: list[str]) -> list[str]:
    return [part for address in addresses for part in ("--serving", address)]


def model_info(stable: int) -> dict[str, float]:
    return {f'{{channel="stable",name="detector",version="{stable}"}}': 1.0}


@pytest.mark.slow
def test_killed_at_every_step_the_same_again_finishes_on_the_servers(store: Registry) -> None:
    third = publish(store)
    with (
        serving_inside(store.root / "models.config") as port,
        ServingReplicas([f"127.0.0.1:{port}"]) as servers,
    ):
        (address,) = servers.targets
        kills = 0
        while is_killed(store, "promote", str(third), "--serving", address, at=kills + 1):
            kills += 1
            # At each moment the server answers by the label, and the store has one of two truths.
            assert answering(address) in (1, third)
            assert store.channels(NAME) in (Channels(1, 2), Channels(third))
            assert promote(store, NAME, third, serving=servers).after == Channels(third)
            assert answering(address) == third
            assert rollback(store, NAME, serving=servers).after == Channels(1)
            assert promote(store, NAME, 2, canary=True, serving=servers).after == Channels(1, 2)
    assert kills > 15
    assert (store.channels(NAME), ReleaseJournal(store, NAME).in_progress()) == (Channels(third), None)


@pytest.mark.slow
def test_a_rollback_killed_at_every_step_goes_back_once(store: Registry) -> None:
    third = publish(store)
    with (
        serving_inside(store.root / "models.config") as port,
        ServingReplicas([f"127.0.0.1:{port}"]) as servers,
    ):
        (address,) = servers.targets
        promote(store, NAME, 2, serving=servers)
        promote(store, NAME, third, serving=servers)
        kills = 0
        while is_killed(store, "rollback", "--serving", address, at=kills + 1):
            kills += 1
            assert answering(address) in (2, third)
            assert rollback(store, NAME, serving=servers).after == Channels(2)
            assert answering(address) == 2
            assert promote(store, NAME, third, serving=servers).after == Channels(third)
    assert kills > 15
    assert (store.channels(NAME), ReleaseJournal(store, NAME).in_progress()) == (Channels(2), None)


def is_killed(store: Registry, *arguments: str, at: int) -> bool:
    """Whether the command was killed before its change number `at`; else it ended well."""
    code = release(store, *arguments, killed_at=at)
    assert code in (0, -signal.SIGKILL)
    return code != 0


@pytest.mark.slow
def test_a_release_killed_while_it_waits_is_taken_back_or_finished(store: Registry) -> None:
    """Killed by a signal in the middle, as a pod that is evicted."""
    third = str(publish(store))
    with serving_inside(store.root / "models.config", polls=False) as deaf:
        process = detector(store, "promote", third, "--serving", f"127.0.0.1:{deaf}")
        poll(lambda: ReleaseJournal(store, NAME).in_progress())
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, "the same command finishes it" in said) == (130, True)
    with serving_inside(store.root / "models.config") as port:
        address = f"127.0.0.1:{port}"
        assert release(store, "rollback", "--serving", address) == 0
        assert (store.channels(NAME), answering(address)) == (Channels(1, 2), 1)
        assert release(store, "promote", third, "--serving", address) == 0


@pytest.mark.slow
def test_of_two_releases_at_once_one_is_told_who_the_other_is(store: Registry) -> None:
    publish(store)
    with serving_inside(store.root / "models.config", polls=False) as deaf:
        first = detector(store, "promote", "3", "--serving", f"127.0.0.1:{deaf}", "--timeout", "60")
        poll(lambda: ReleaseJournal(store, NAME).in_progress())
        second = detector(store, "promote", "2")
        _, said = second.communicate(timeout=30)
        assert second.returncode == 11
        assert "promote 3, by " in said
        assert f"process {first.pid}, since " in said
        first.kill()
        first.communicate(timeout=10)
    assert release(store, "rollback", "--serving-is-down") == 0
    assert release(store, "promote", "2") == 0


@pytest.mark.slow
def test_a_corrupt_version_never_answers_and_the_servers_go_on(store: Registry, tmp_path: Path) -> None:
    broken = str(publish(store, Making(saved_model=b"no graph")))
    with (
        replicas(store, 2) as addresses,
        running_gateway(
            store.root, tmp_path, engine="tfserving", tfserving_target="ipv4:" + ",".join(addresses)
        ) as running,
        load(running.url, PHOTO) as seen,
    ):
        poll(lambda: seen.versions[1] > 10)
        assert release(store, "promote", broken, *serving(addresses)) == 10
        assert [answering(address) for address in addresses] == [1, 1]
        assert release(store, "promote", "2", *serving(addresses)) == 0
        poll(lambda: seen.versions[2] > 10)
    assert (set(seen.outcomes), set(seen.versions)) == ({"200"}, {1, 2})


@pytest.mark.slow
def test_a_server_killed_in_the_middle_starts_from_the_same_configuration(store: Registry) -> None:
    third = str(publish(store))
    port, config = free_port(), store.root / "models.config"
    with running_serving(config, port=port) as first:
        process = detector(store, "promote", third, "--serving", f"127.0.0.1:{port}", "--timeout", "90")
        poll(lambda: ReleaseJournal(store, NAME).in_progress() or store.channels(NAME) == Channels(3))
        first.kill()
        first.wait(10)
        with running_serving(config, port=port):
            _, said = process.communicate(timeout=100)
            assert process.returncode == 0, said
            assert answering(f"127.0.0.1:{port}") == 3
