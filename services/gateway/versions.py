"""Which versions are served: a new one is loaded and probed before the switch, the old one kept till then."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import structlog

from detector.errors import DetectorError, ModelUnavailableError, NotFoundError
from detector.manifest import score_threshold
from detector.store import CHANNEL_NAMES, Store
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import Engine, Runner, VersionFiles
from services.gateway.metrics import Metrics

PROBE_TIMEOUT_S = 30.0
LONGEST_RETRY_S = 10.0

log = structlog.get_logger("gateway.versions")


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What the manifest says that answers need. `size` is S."""

    version: int
    size: int
    labels: tuple[str, ...]
    score_threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class ServedVersion:
    """A version that has answered a probe."""

    facts: VersionFacts
    runner: Runner


@dataclass(frozen=True, slots=True)
class Served:
    """A moment's view: replaced whole when a channel moves, so that a request sees one state."""

    wanted: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, ServedVersion] = field(default_factory=dict)
    by_label: bool = False
    """Whether the engine may be asked for a channel by its label: it may move before we hear of it, so only
    while every version takes photos of the same size."""

    def by_channel(self, channel: str) -> ServedVersion:
        """Raises NotFoundError if it points nowhere, ModelUnavailableError before its version is loaded."""
        if channel in self.channels:
            return self.channels[channel]
        if channel in self.wanted or channel == "stable":
            raise ModelUnavailableError(f"The {channel} version is not loaded yet.")
        known = " and ".join(CHANNEL_NAMES)
        raise NotFoundError(f"Channel {channel!r} points to no version; channels are called {known}.")

    def channels_of(self, version: int) -> list[str]:
        """The channels that point to `version`, at least one. Raises NotFoundError."""
        found = [channel for channel, served in self.channels.items() if served.facts.version == version]
        if not found:
            raise NotFoundError(f"No channel points to version {version}.")
        return found


@dataclass(slots=True)
class _Failure:
    attempts: int
    retry_at: float


class Versions:
    """Follows the channels of one model. `refresh` blocks and is called by one thread at a time."""

    def __init__(self, store: Store, name: str, engine: Engine, metrics: Metrics) -> None:
        self._store = store
        self._name = name
        self._engine = engine
        self._metrics = metrics
        self._failures: dict[int, _Failure] = {}
        self._facts: dict[int, VersionFacts] = {}
        self._told: dict[str, str] = {}
        self.served = Served()

    @property
    def name(self) -> str:
        return self._name

    def facts(self, version: int) -> VersionFacts:
        """Of any version in the store, read once. Raises NotFoundError or StoreError."""
        if version not in self._facts:
            manifest = self._store.manifest(self._name, version)
            self._facts[version] = VersionFacts(
                version=version,
                size=manifest.input.width,
                labels=tuple(manifest.labels),
                score_threshold=score_threshold(manifest),
            )
        return self._facts[version]

    def refresh(self) -> None:
        """Look at the channels; load what is new. What fails to load leaves its channel where it was."""
        try:
            wanted: dict[str, int] = dict(self._store.channels(self._name).items())
        except DetectorError as error:
            self._tell_once("channels_unreadable", error.message)
            return
        self._told.pop("channels_unreadable", None)
        self._note_missing(wanted)
        before = self.served
        by_label = self._engine.by_label and self._same_size()
        points = {name: served.facts.version for name, served in before.channels.items()}
        if points == wanted and by_label == before.by_label:
            return
        loaded = {served.facts.version: served for served in before.channels.values()}
        channels: dict[str, ServedVersion] = {}
        for channel, version in wanted.items():
            served = loaded.get(version) or self._load(version) or before.channels.get(channel)
            if served is not None:
                channels[channel] = served
                loaded[served.facts.version] = served
        if "stable" not in wanted and "stable" in before.channels:
            # A channel file that vanished is an accident: what is served is served on.
            channels["stable"] = before.channels["stable"]
        self._replace(Served(wanted=wanted, channels=channels, by_label=by_label))

    def _same_size(self) -> bool:
        try:
            sizes = {self.facts(version).size for version in self._store.versions(self._name)}
        except DetectorError as error:
            self._tell_once("versions_unreadable", error.message)
            return False
        self._told.pop("versions_unreadable", None)
        return len(sizes) == 1

    def _note_missing(self, wanted: Mapping[str, int]) -> None:
        """A gateway that waits for its first version says for what, and where it looks."""
        if "stable" in wanted:
            self._told.pop("no_stable_version", None)
        else:
            root = self._store.root
            self._tell_once(
                "no_stable_version",
                f"No version of {self._name!r} is stable in {root}: train one (detector train --store {root}), or set "
                "DETECTOR_STORE and DETECTOR_MODEL to what there is.",
            )

    def _tell_once(self, event: str, reason: str) -> None:
        """Log a fault when it begins or changes, not at each look, of which there are two a second."""
        if self._told.get(event) != reason:
            self._told[event] = reason
            log.error(event, model=self._name, reason=reason)

    def _load(self, version: int) -> ServedVersion | None:
        failure = self._failures.get(version)
        if failure is not None and time.monotonic() < failure.retry_at:
            return None
        try:
            served = self._load_and_probe(version)
        except DetectorError as error:
            self._note_failure(version, error)
            return None
        self._failures.pop(version, None)
        log.info("version_loaded", model=self._name, version=version, engine=self._engine.name)
        return served

    def _load_and_probe(self, version: int) -> ServedVersion:
        facts = self.facts(version)
        artifacts = self._store.artifacts_dir(self._name, version)
        runner = self._engine.load(VersionFiles(self._name, version, facts.size, artifacts))
        # Not NumPy's generator: importing it is 3 MB that nothing else here needs.
        noise = random.Random(version).randbytes(facts.size * facts.size * 3)
        picture = np.frombuffer(noise, np.uint8).reshape(facts.size, facts.size, 3)
        runner.run(picture, channel=None, deadline=Deadline.after(PROBE_TIMEOUT_S))
        # An engine inside this process tells nobody that it is up, and no phone may ask for hours.
        self._metrics.engine_up.labels(self._engine.name).set(1)
        return ServedVersion(facts, runner)

    def _note_failure(self, version: int, error: DetectorError) -> None:
        attempts = self._failures[version].attempts + 1 if version in self._failures else 1
        pause_s = min(0.25 * 2**attempts, LONGEST_RETRY_S)
        self._failures[version] = _Failure(attempts, time.monotonic() + pause_s)
        self._metrics.load_failures.labels(self._name, str(version)).inc()
        log.error(
            "version_not_loaded",
            model=self._name,
            version=version,
            reason=error.message,
            attempts=attempts,
            retry_in_s=pause_s,
        )

    def _replace(self, served: Served) -> None:
        before = _points(self.served)
        after = _points(served)
        self.served = served
        for channel, version in before - after:
            self._metrics.model_info.remove(self._name, str(version), channel)
        for channel, version in after - before:
            self._metrics.model_info.labels(self._name, str(version), channel).set(1)
            log.info("channel_moved", model=self._name, channel=channel, version=version)


def _points(served: Served) -> set[tuple[str, int]]:
    return {(channel, version.facts.version) for channel, version in served.channels.items()}
