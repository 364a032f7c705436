"""Every replica of TensorFlow Serving, asked one by one: what a release waits for, with one clear end."""

import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import grpc
import numpy as np

from detector.errors import ModelUnavailableError, ServingError
from services.serving.addresses import Lookup, Replica, addresses_of, resolve
from services.serving.client import ONE_REPLICA, Prediction, ServingClient, VersionState

STATUS_TIMEOUT_S = 5.0
PREDICT_TIMEOUT_S = 30.0
POLL_S = 0.2
REACH_TIMEOUT_S = 10.0
DEFAULT_TIMEOUT_S = 300.0

_POLLING_HINT = "Does it poll this store's models.config (--model_config_file_poll_wait_seconds)?"

Say = Callable[[str], None]


class NotYetError(Exception):
    """What a replica cannot do now and may be able to do later; the text is for people."""


class ReplicaClient:
    """A connection to one replica. Every method raises NotYetError when it does not answer now."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self._client = ServingClient(replica.target, options=ONE_REPLICA)

    def states(self, name: str) -> dict[int, VersionState]:
        """Every version of the model that the replica has known since it started; none for a model unknown to it."""
        try:
            return self._client.version_states(name, timeout_s=STATUS_TIMEOUT_S)
        except grpc.RpcError as error:
            if _code(error) == grpc.StatusCode.NOT_FOUND:
                return {}
            raise _not_yet(error) from error

    def check_answer(self, name: str, version: int, *, size: int) -> None:
        """Ask `version` by its number about a black picture of `size` pixels.

        Raises ServingError when it answers what is no answer.
        """
        prediction = self._ask(name, version, size)
        try:
            prediction.outputs()
        except ModelUnavailableError as error:
            raise ServingError(
                f"{self.replica.address}: version {version} is loaded but unusable. {error.message}"
            ) from error

    def version_behind(self, name: str, label: str, *, size: int) -> int:
        """The version that answers to `label`."""
        return self._ask(name, label, size).version

    def close(self) -> None:
        self._client.close()

    def _ask(self, name: str, asked: int | str, size: int) -> Prediction:
        black = np.zeros((size, size, 3), np.uint8)
        try:
            return self._client.predict(name, asked, black, timeout_s=PREDICT_TIMEOUT_S)
        except grpc.RpcError as error:
            raise _not_yet(error) from error


Probe = Callable[[ReplicaClient], None]
"""Raises NotYetError while a replica is not there yet, ServingError when it never will be."""


class ServingReplicas:
    """The replicas behind `targets`, looked up anew each time: one may come or go during a release."""

    def __init__(
        self,
        targets: Sequence[str],
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        say: Say = lambda text: None,
        lookup: Lookup = addresses_of,
    ) -> None:
        self.targets = tuple(targets)
        self._timeout_s = timeout_s
        self.say = say
        self._lookup = lookup
        self._clients: dict[Replica, ReplicaClient] = {}

    def check_reachable(self, name: str) -> int:
        """Have each replica say something; returns how many there are.

        Raises ServingError, naming those that do not answer, before anything is changed.
        """
        return self._until_all(
            lambda client: _discard(client.states(name)),
            "to answer",
            timeout_s=min(REACH_TIMEOUT_S, self._timeout_s),
            hint="Nothing was changed. To leave a replica out, name the others with --serving.",
        )

    def broken(self, name: str) -> frozenset[int]:
        """Versions that some replica could not load and that none has. Those that do not answer say nothing."""
        failed: set[int] = set()
        available: set[int] = set()

        def probe(client: ReplicaClient) -> None:
            for version, state in client.states(name).items():
                if state.error:
                    failed.add(version)
                elif state.available:
                    available.add(version)

        self._try_all(probe)
        return frozenset(failed - available)

    def wait_loaded(self, name: str, sizes: Mapping[int, int]) -> None:
        """Wait until each replica has every version of `sizes` (image size by version), and it answers.

        There is nothing to wait for without versions.

        Raises ServingError with the server's own reason when a version cannot be loaded, or when time is up.
        """

        if not sizes:
            return

        def probe(client: ReplicaClient) -> None:
            states = client.states(name)
            for version, size in sizes.items():
                state = states.get(version)
                if state is not None and state.error:
                    raise ServingError(
                        f"{client.replica.address} cannot load version {version}: {state.error} (TensorFlow Serving "
                        "does not try a number again that failed: repair what it names and restart it, or publish "
                        "anew.)"
                    )
                if state is None or not state.available:
                    raise NotYetError(f"version {version} is {'unknown' if state is None else state.state}")
                client.check_answer(name, version, size=size)

        numbers = " and ".join(str(version) for version in sizes)
        replicas = self._until_all(probe, f"to load {numbers}", timeout_s=self._timeout_s)
        self.say(f"Loaded and answering on {_count(replicas)}: {numbers}")

    def wait_labels(self, name: str, labels: Mapping[str, int], sizes: Mapping[int, int]) -> None:
        """Wait until a Predict by each label is answered by its version, on each replica.

        There is nothing to wait for without labels.

        Raises ServingError when time is up.
        """

        if not labels:
            return

        def probe(client: ReplicaClient) -> None:
            for label, version in labels.items():
                found = client.version_behind(name, label, size=sizes[version])
                if found != version:
                    raise NotYetError(f"{label} is still answered by version {found}")

        said = ", ".join(f"{label} {version}" for label, version in labels.items())
        replicas = self._until_all(probe, f"to answer as {said}", timeout_s=self._timeout_s)
        self.say(f"Answering by label on {_count(replicas)}: {said}")

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _until_all(
        self, probe: Probe, waiting_for: str, *, timeout_s: float, hint: str = _POLLING_HINT
    ) -> int:
        deadline = time.monotonic() + timeout_s
        while True:
            replicas, waiting = self._try_all(probe)
            if not waiting:
                return replicas
            if time.monotonic() >= deadline:
                reasons = "; ".join(f"{address}: {reason}" for address, reason in sorted(waiting.items()))
                raise ServingError(
                    f"Waited {timeout_s:.0f} seconds for TensorFlow Serving {waiting_for}. {reasons}. {hint}"
                )
            time.sleep(POLL_S)

    def _try_all(self, probe: Probe) -> tuple[int, dict[str, str]]:
        """How many replicas there are, and why those that are not there yet are not."""
        try:
            replicas = resolve(self.targets, lookup=self._lookup)
        except ServingError as error:
            return 0, {"names": error.message}
        waiting = {}
        for replica in replicas:
            if replica not in self._clients:
                self._clients[replica] = ReplicaClient(replica)
            try:
                probe(self._clients[replica])
            except NotYetError as reason:
                waiting[replica.address] = str(reason)
        return len(replicas), waiting


def _discard(value: object) -> None:
    """The answer counts, not what it says."""


def _count(replicas: int) -> str:
    return "1 replica" if replicas == 1 else f"{replicas} replicas"


def _code(error: Any) -> Any:
    return error.code()


def _not_yet(error: Any) -> NotYetError:
    details = " ".join(str(error.details()).split())[:300]
    return NotYetError(f"{error.code().name}: {details}")
