"""Releases against TensorFlow Serving's stand-in: every replica follows each step, or the release is taken back."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from detector.errors import ServingError
from detector.store import Channels
from jobs.registry import Registry
from jobs.release.journal import ReleaseJournal
from jobs.release.promote import promote
from jobs.release.rollback import rollback
from services.serving.addresses import resolve
from services.serving.model_config import ServedModel
from services.serving.replicas import NotYetError, ReplicaClient, Say, ServingReplicas
from tests.jobs.release.making import NAME, Making, publish
from tests.serving_standin.inside import serving_inside
from tests.serving_standin.running import free_port

SIZE = 64


@contextmanager
def replicas(
    store: Registry, count: int = 1, *, timeout_s: float = 20.0, say: Say = lambda text: None
) -> Iterator[ServingReplicas]:
    """So many stand-ins over the store, and a release's view of them."""
    with ExitStack() as stack:
        config = store.root / "models.config"
        ports = [stack.enter_context(serving_inside(config)) for _ in range(count)]
        targets = [f"127.0.0.1:{port}" for port in ports]
        yield stack.enter_context(ServingReplicas(targets, timeout_s=timeout_s, say=say))


def behind(serving: ServingReplicas, label: str) -> list[int]:
    """The version that answers to the label, on each replica."""
    clients = [ReplicaClient(replica) for replica in resolve(serving.targets)]
    try:
        return [client.version_behind(NAME, label, size=SIZE) for client in clients]
    finally:
        for client in clients:
            client.close()


def test_a_release_and_the_way_back_on_two_replicas(store: Registry) -> None:
    said: list[str] = []
    with replicas(store, 2, say=said.append) as serving:
        assert behind(serving, "stable") == [1, 1]
        assert promote(store, NAME, serving=serving).after == Channels(2)
        assert behind(serving, "stable") == [2, 2]
        assert rollback(store, NAME, serving=serving).after == Channels(1)
        assert behind(serving, "stable") == [1, 1]
    assert said[:2] == [
        "Loaded and answering on 2 replicas: 2",
        "Answering by label on 2 replicas: stable 2",
    ]


def test_a_version_that_is_no_channels_is_loaded_first(store: Registry) -> None:
    publish(store)
    with replicas(store) as serving:
        with pytest.raises(NotYetError, match="NOT_FOUND"):
            asked_by_number(serving, 3)
        promote(store, NAME, 3, serving=serving)
        assert behind(serving, "stable") == [3]
        asked_by_number(serving, 3)
        asked_by_number(serving, 1)


def asked_by_number(serving: ServingReplicas, version: int) -> None:
    (replica,) = resolve(serving.targets)
    client = ReplicaClient(replica)
    try:
        client.check_answer(NAME, version, size=SIZE)
    finally:
        client.close()


def test_a_canary_comes_and_goes(store: Registry) -> None:
    publish(store)
    with replicas(store) as serving:
        promote(store, NAME, 3, canary=True, serving=serving)
        assert (behind(serving, "stable"), behind(serving, "canary")) == ([1], [3])
        rollback(store, NAME, canary=True, serving=serving)
        assert store.channels(NAME) == Channels(1)
        assert store.configured_models()[NAME].labels == {"stable": 1}


@pytest.mark.slow
def test_versions_of_different_sizes_follow_each_other(store: Registry) -> None:
    small = publish(store, Making(size=32))
    with replicas(store) as serving:
        assert promote(store, NAME, small, serving=serving).after == Channels(small)
        assert rollback(store, NAME, serving=serving).after == Channels(1)


def test_a_version_that_the_server_cannot_load_is_taken_back_with_its_reason(store: Registry) -> None:
    broken = publish(store, Making(saved_model=b"no graph"))
    before = store.configured_models()
    with replicas(store, 2) as serving:
        with pytest.raises(
            ServingError, match=rf"cannot load version {broken}: .*The release was taken back"
        ) as failure:
            promote(store, NAME, broken, serving=serving)
        assert failure.value.exit_code == 10
        assert behind(serving, "stable") == [1, 1]
    assert (store.channels(NAME), store.configured_models()) == (Channels(1, 2), before)
    assert ReleaseJournal(store, NAME).in_progress() is None


@pytest.mark.slow
def test_a_broken_canary_keeps_nobody_from_moving_stable(store: Registry) -> None:
    good, broken = publish(store), publish(store, Making(saved_model=b"no graph"))
    store.set_channels(NAME, Channels(1, broken), action="test")
    with replicas(store) as serving:
        assert promote(store, NAME, good, serving=serving).after == Channels(good, broken)
        assert rollback(store, NAME, serving=serving).after == Channels(1, broken)
        assert behind(serving, "stable") == [1]
        assert rollback(store, NAME, canary=True, serving=serving).after == Channels(1)


def test_after_a_canary_that_could_not_be_loaded_comes_one_that_can(store: Registry) -> None:
    """TensorFlow Serving never tries its number again, and refuses to move a label to it."""
    rollback(store, NAME, canary=True)
    ReleaseJournal(store, NAME).unload_previous()
    with replicas(store) as serving:
        broken = publish(store, Making(saved_model=b"no graph"))
        assert store.channels(NAME) == Channels(1, broken)
        with pytest.raises(ServingError, match=f"cannot load version {broken}"):
            promote(store, NAME, serving=serving)
        good = publish(store)
        assert promote(store, NAME, good, serving=serving).after == Channels(good)
        assert store.configured_models()[NAME] == ServedModel((1, good), {"stable": good})


def test_what_moved_without_the_server_needs_a_restart_of_it(store: Registry) -> None:
    third = publish(store)
    with replicas(store, timeout_s=1.0) as serving:
        # In one step, so that the server does not see the version named before the label has moved.
        store.set_channels(NAME, Channels(third), action="test")
        with pytest.raises(ServingError, match=r"nothing was moved.*restart TensorFlow Serving"):
            promote(store, NAME, third, serving=serving)
        assert behind(serving, "stable") == [1]
    with replicas(store) as serving:
        released = promote(store, NAME, third, serving=serving)
        assert released.before == released.after == Channels(third)


def test_what_one_replica_could_not_load_stays_with_those_that_could(store: Registry) -> None:
    third, config = publish(store), store.root / "models.config"
    store.set_channels(NAME, Channels(2, 1), action="test")
    graph = store.model_dir(NAME, 2) / "saved_model.pb"
    whole = graph.read_bytes()
    seen: list[ServedModel] = []

    def note(text: str) -> None:
        seen.append(store.configured_models()[NAME])

    with ExitStack() as stack:
        graph.write_bytes(b"no graph")
        failed = stack.enter_context(serving_inside(config))
        graph.write_bytes(whole)
        healthy = stack.enter_context(serving_inside(config))
        targets = [f"127.0.0.1:{failed}", f"127.0.0.1:{healthy}"]
        serving = stack.enter_context(ServingReplicas(targets, timeout_s=20.0, say=note))
        promote(store, NAME, third, serving=serving)
        assert behind(serving, "stable") == [third, third]
    assert seen[0] == ServedModel((1, 2, third), {"stable": 2, "canary": 1})


@pytest.mark.slow
def test_a_version_that_loads_and_answers_nonsense_is_taken_back(store: Registry) -> None:
    nonsense = publish(store, Making(saved_model_size=32))
    with replicas(store, timeout_s=2.0) as serving, pytest.raises(ServingError, match="taken back"):
        promote(store, NAME, nonsense, serving=serving)
    assert store.channels(NAME) == Channels(1, 2)


def test_a_replica_that_is_not_there_stops_the_release_before_it_begins(store: Registry) -> None:
    config, dead = store.root / "models.config", free_port()
    before = config.read_bytes()
    with (
        serving_inside(config) as port,
        ServingReplicas([f"127.0.0.1:{port}", f"127.0.0.1:{dead}"], timeout_s=1.0) as serving,
        pytest.raises(ServingError, match=rf"127\.0\.0\.1:{dead}: UNAVAILABLE.*Nothing was changed"),
    ):
        promote(store, NAME, serving=serving)
    assert (config.read_bytes(), store.channels(NAME)) == (before, Channels(1, 2))
    assert len(store.channel_log_path(NAME).read_text().splitlines()) == 2


@pytest.mark.slow
def test_a_replica_that_does_not_follow_its_configuration_is_named(store: Registry) -> None:
    publish(store)
    config = store.root / "models.config"
    with (
        serving_inside(config) as port,
        serving_inside(config, polls=False) as deaf,
        # Time enough for the one that follows to load the version, on a busy machine too.
        ServingReplicas([f"127.0.0.1:{port}", f"127.0.0.1:{deaf}"], timeout_s=5.0) as serving,
    ):
        said = rf"{deaf}: version 3 is unknown.*poll_wait_seconds"
        with pytest.raises(ServingError, match=said) as failure:
            promote(store, NAME, 3, serving=serving)
        assert f":{port}: " not in failure.value.message
    assert store.channels(NAME) == Channels(1, 2)


@pytest.mark.slow
def test_a_server_of_another_kind_is_no_replica(store: Registry) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with ServingReplicas([f"127.0.0.1:{port}"], timeout_s=1.0) as serving, pytest.raises(ServingError):
            promote(store, NAME, serving=serving)


def test_all_addresses_of_a_name_are_asked(store: Registry) -> None:
    config = store.root / "models.config"
    with serving_inside(config) as port, serving_inside(config, host="127.0.0.2", port=port):
        with ServingReplicas(
            [f"dns:///serving-headless:{port}"], lookup=lambda host, port: ["127.0.0.1", "127.0.0.2"]
        ) as serving:
            assert serving.check_reachable(NAME) == 2
            promote(store, NAME, serving=serving)
        with ServingReplicas([f"127.0.0.1:{port}", f"127.0.0.2:{port}"]) as both:
            assert behind(both, "stable") == [2, 2]


def test_a_replica_that_comes_during_the_release_is_waited_for(store: Registry) -> None:
    config = store.root / "models.config"
    publish(store)
    with serving_inside(config) as port, ExitStack() as later:
        asked = 0

        def growing(host: str, port: int) -> list[str]:
            nonlocal asked
            asked += 1
            if asked == 3:
                later.enter_context(serving_inside(config, host="127.0.0.2", port=port))
            return ["127.0.0.1", "127.0.0.2"] if asked >= 3 else ["127.0.0.1"]

        with ServingReplicas([f"serving:{port}"], lookup=growing) as serving:
            promote(store, NAME, 3, serving=serving)
        with ServingReplicas([f"127.0.0.2:{port}"]) as second:
            assert behind(second, "stable") == [3]


@pytest.mark.parametrize("switched", [False, True])
@pytest.mark.parametrize("told", [False, True])
def test_an_unfinished_release_is_finished_with_the_replicas_it_was_begun_with(
    store: Registry, switched: bool, told: bool
) -> None:
    third, config = publish(store), store.root / "models.config"
    with replicas(store) as serving:
        journal = ReleaseJournal(store, NAME)
        journal.begin(Channels(third, 2), action="promote", serving=serving.targets)
        if switched:
            serving.wait_loaded(NAME, {third: SIZE})
            before = config.read_bytes()
            journal.switch_labels()
        else:
            before = config.read_bytes().replace(b"        versions: 3\n", b"")
        if not told:
            # Killed after the record was written and before this was.
            config.write_bytes(before)
        assert promote(store, NAME).after == Channels(third, 2)
        assert behind(serving, "stable") == [third]


def test_an_unfinished_release_is_taken_back_on_every_replica(store: Registry) -> None:
    with replicas(store, 2) as serving:
        ReleaseJournal(store, NAME).begin(Channels(2), action="promote", serving=serving.targets)
        ReleaseJournal(store, NAME).switch_labels()
        serving.wait_labels(NAME, {"stable": 2}, {2: SIZE})
        assert rollback(store, NAME).after == Channels(1, 2)
        assert behind(serving, "stable") == [1, 1]


@pytest.mark.slow
def test_the_way_back_is_open_while_the_servers_are_down(store: Registry) -> None:
    promote(store, NAME)
    with ServingReplicas([f"127.0.0.1:{free_port()}"], timeout_s=1.0) as serving:
        with pytest.raises(ServingError, match="Nothing was changed"):
            rollback(store, NAME, serving=serving)
        assert rollback(store, NAME, serving=serving, serving_is_down=True).after == Channels(1)
    assert store.configured_models()[NAME] == ServedModel((1,), {"stable": 1})
    with replicas(store) as back:
        assert behind(back, "stable") == [1]


@pytest.mark.slow
def test_a_server_that_starts_half_way_through_a_release_starts(store: Registry, tmp_path: Path) -> None:
    """models.config can be loaded at every step, labels and all."""
    publish(store)
    journal = ReleaseJournal(store, NAME)
    journal.begin(Channels(3), action="promote")
    with replicas(store) as serving:
        assert behind(serving, "stable") == [1]
    journal.switch_labels()
    with replicas(store) as serving:
        assert behind(serving, "stable") == [3]
    journal.commit()
    with replicas(store) as serving:
        assert behind(serving, "stable") == [3]
