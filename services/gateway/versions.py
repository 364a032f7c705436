"""Hot swap: a channel's new version is loaded and probed before it replaces the old one."""

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
from services.gateway.engines.metrics import EngineMetrics
from services.gateway.metrics import Metrics

PROBE_TIMEOUT_S = 30.0
MAX_RETRY_S = 10.0

log = structlog.get_logger("gateway.versions")


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What responses need from the manifest. `size` is the side of the network's input, S."""

    version: int
    size: int
    labels: tuple[str, ...]
    score_threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class ServedVersion:
    """A loaded version that has answered a probe."""

    facts: VersionFacts
    runner: Runner


@dataclass(frozen=True, slots=True)
class Served:
    """An immutable snapshot, replaced when a channel moves, so that a request sees a consistent state.

    `wanted` is where the channels point in the store, `channels` what is loaded.
    """

    wanted: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, ServedVersion] = field(default_factory=dict)
    by_label: bool = False
    """Whether calls of the engine name the channel's label instead of a version. A label may move before the gateway
    notices, so this is set only while all versions have the same input size."""

    def by_channel(self, channel: str) -> ServedVersion:
        """Raises NotFoundError if no such channel is set, ModelUnavailableError before its version is loaded."""
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
    """Follows the channels of one model. `refresh` blocks, and only one thread at a time may call it."""

    def __init__(
        self, store: Store, name: str, engine: Engine, metrics: Metrics, engine_metrics: EngineMetrics
    ) -> None:
        self._store = store
        self._name = name
        self._engine = engine
        self._metrics = metrics
        self._engine_metrics = engine_metrics
        self._failures: dict[int, _Failure] = {}
        self._facts: dict[int, VersionFacts] = {}
        self._logged: dict[str, str] = {}
        self.served = Served()

    @property
    def name(self) -> str:
        return self._name

    def facts(self, version: int) -> VersionFacts:
        """Of any version in the store, cached. Raises NotFoundError or StoreError."""
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
        """Read the channels and load new versions. A channel whose version fails to load keeps the one it had."""
        try:
            wanted: dict[str, int] = dict(self._store.channels(self._name).items())
        except DetectorError as error:
            self._log_change("channels_unreadable", error.message)
            return
        self._logged.pop("channels_unreadable", None)
        self._log_missing(wanted)
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
            # A missing channel file is an accident: keep serving.
            channels["stable"] = before.channels["stable"]
        self._replace(Served(wanted=wanted, channels=channels, by_label=by_label))

    def _same_size(self) -> bool:
        try:
            sizes = {self.facts(version).size for version in self._store.versions(self._name)}
        except DetectorError as error:
            self._log_change("versions_unreadable", error.message)
            return False
        self._logged.pop("versions_unreadable", None)
        return len(sizes) == 1

    def _log_missing(self, wanted: Mapping[str, int]) -> None:
        """Log once which version a gateway without one waits for, and where."""
        if "stable" in wanted:
            self._logged.pop("no_stable_version", None)
        else:
            root = self._store.root
            self._log_change(
                "no_stable_version",
                f"No version of {self._name!r} is stable in {root}: train one (detector train --store {root}), or set "
                "DETECTOR_STORE and DETECTOR_MODEL to what there is.",
            )

    def _log_change(self, event: str, reason: str) -> None:
        """Log state changes, not every poll."""
        if self._logged.get(event) != reason:
            self._logged[event] = reason
            log.error(event, model=self._name, reason=reason)

    def _load(self, version: int) -> ServedVersion | None:
        failure = self._failures.get(version)
        if failure is not None and time.monotonic() < failure.retry_at:
            return None
        try:
            served = self._load_and_probe(version)
        except DetectorError as error:
            self._record_failure(version, error)
            return None
        self._failures.pop(version, None)
        log.info("version_loaded", model=self._name, version=version, engine=self._engine.name)
        return served

    def _load_and_probe(self, version: int) -> ServedVersion:
        facts = self.facts(version)
        artifacts = self._store.artifacts_dir(self._name, version)
        runner = self._engine.load(VersionFiles(self._name, version, facts.size, artifacts))
        # Not numpy.random: importing it costs 3 MB, and nothing else here needs it.
        noise = random.Random(version).randbytes(facts.size * facts.size * 3)
        picture = np.frombuffer(noise, np.uint8).reshape(facts.size, facts.size, 3)
        runner.run(picture, channel=None, deadline=Deadline.after(PROBE_TIMEOUT_S))
        # An embedded engine has no connection to report, and the first request may be hours away.
        self._engine_metrics.set_up(True)
        return ServedVersion(facts, runner)

    def _record_failure(self, version: int, error: DetectorError) -> None:
        attempts = self._failures[version].attempts + 1 if version in self._failures else 1
        pause_s = min(0.25 * 2**attempts, MAX_RETRY_S)
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


class Readiness:
    """Whether load balancers should send requests: from the first stable version on, until the gateway drains.

    An engine that fails later does not make the gateway unready; /detect and the metrics report that.
    """

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self.draining = False

    @property
    def ready(self) -> bool:
        return not self.draining and "stable" in self._versions.served.channels


def _points(served: Served) -> set[tuple[str, int]]:
    return {(channel, version.facts.version) for channel, version in served.channels.items()}
