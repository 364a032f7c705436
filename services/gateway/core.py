"""Detects on a photo, without any transport: REST and gRPC both call `Core.detect`."""

import asyncio
import functools
import hashlib
import time
from dataclasses import dataclass
from typing import cast

from detector.decode_memory import DecodeMemory
from detector.detections import MAX_DETECTIONS
from detector.errors import DetectorError, InvalidRequestError, ModelUnavailableError
from detector.images import ImageLimits, LoadedImage, load_image
from detector.outputs import detections
from detector.response import Channel, DetectOut, ImageOut, ModelOut, TimingOut, describe_detection
from services.gateway.admission import Admission
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import Inference
from services.gateway.engines.metrics import EngineMetrics
from services.gateway.metrics import Metrics
from services.gateway.versions import Served, ServedVersion, VersionFacts, Versions
from services.gateway.workers import Workers


@dataclass(frozen=True, slots=True)
class DetectOptions:
    """What a client may ask of one detection.

    `channel` and `version` None: the gateway chooses; `min_score` None: the version's own threshold. `client_id`
    decides which clients the canary serves. `request_id` is returned in the response.
    """

    channel: str | None = None
    version: int | None = None
    min_score: float | None = None
    max_detections: int = MAX_DETECTIONS
    client_id: str | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class _Work:
    """`started` is on the clock of `time.perf_counter`."""

    photo: LoadedImage
    inference: Inference
    started: float
    decode_s: float
    inference_s: float


class Core:
    """Chooses the version, waits for a worker, decodes, infers, and times each stage."""

    def __init__(
        self,
        *,
        versions: Versions,
        admission: Admission,
        workers: Workers,
        metrics: Metrics,
        engine_metrics: EngineMetrics,
        limits: ImageLimits,
        canary_percent: int,
    ) -> None:
        self._versions = versions
        self._metrics = metrics
        self._stage = functools.cache(metrics.stage_duration.labels)
        self._engine_metrics = engine_metrics
        self._limits = limits
        self._decode_memory = DecodeMemory(limits.max_decode_bytes)
        self._canary_percent = canary_percent
        self._workers = workers
        self.admission = admission

    async def detect(self, photo: bytes, options: DetectOptions, deadline: Deadline) -> DetectOut:
        """Detect on a photo of any supported format; boxes are on the upright photo.

        The total time is that of this call; a transport that measures more replaces it. Raises an error of the tree:
        image errors, NotFoundError for a channel or version, DeadlineExceededError, ModelUnavailableError.
        """
        started = time.perf_counter()
        served = self._versions.served
        channel, target = self._choose(served, options)
        label = channel if served.by_label and options.version is None else None
        work = await self._workers.run(
            functools.partial(self._work, photo, label, target, deadline), deadline
        )
        facts = self._facts(target, work.inference.version)
        found = detections(
            work.inference.raw,
            classes=len(facts.labels),
            min_score=facts.score_threshold if options.min_score is None else options.min_score,
            limit=options.max_detections,
        )
        image = ImageOut(work.photo.width, work.photo.height)
        response = DetectOut(
            model=ModelOut(self._versions.name, facts.version, cast(Channel, channel)),
            image=image,
            detections=[describe_detection(each, facts.labels, image) for each in found],
            timing_ms=TimingOut(
                decode=work.decode_s * 1e3,
                queue=(work.started - started) * 1e3,
                inference=work.inference_s * 1e3,
                total=(time.perf_counter() - started) * 1e3,
            ),
            request_id=options.request_id,
        )
        # After the response has been sent: metrics are off the critical path.
        asyncio.get_running_loop().call_soon(self._record, response, len(photo))
        return response

    def close(self) -> None:
        """Wait for the workers to finish."""
        self._workers.close()

    def _choose(self, served: Served, options: DetectOptions) -> tuple[str, ServedVersion]:
        if options.version is not None:
            channels = served.channels_of(options.version)
            channel = channels[0] if options.channel is None else options.channel
            if channel not in channels:
                raise InvalidRequestError("Name a channel or a version: this version is of another channel.")
            return channel, served.by_channel(channel)
        if options.channel is not None:
            return options.channel, served.by_channel(options.channel)
        canary = "canary" in served.channels and self._is_canary(options.client_id)
        channel = "canary" if canary else "stable"
        return channel, served.by_channel(channel)

    def _is_canary(self, client_id: str | None) -> bool:
        """By hash, so that a client always gets the same channel."""
        if client_id is None or self._canary_percent == 0:
            return False
        digest = hashlib.sha256(client_id.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:4], "big") % 100 < self._canary_percent

    def _facts(self, target: ServedVersion, answered: int) -> VersionFacts:
        """Of the version that answered, which differs from `target` if a label has moved meanwhile."""
        if answered == target.facts.version:
            return target.facts
        try:
            return self._versions.facts(answered)
        except DetectorError as error:
            raise ModelUnavailableError(
                f"Version {answered} answered, which the gateway cannot find in its store."
            ) from error

    def _work(self, photo: bytes, label: str | None, target: ServedVersion, deadline: Deadline) -> _Work:
        """In a worker's thread."""
        started = time.perf_counter()
        deadline.check()
        size = target.facts.size
        memory = functools.partial(self._decode_memory.reserved, timeout_s=deadline.remaining_s)
        image = load_image(photo, limits=self._limits, at_least=2 * size, square=size, memory=memory)
        decoded = time.perf_counter()
        deadline.check()
        inference, inference_s = self._engine_metrics.run(
            target.runner, image.pixels, version=target.facts.version, channel=label, deadline=deadline
        )
        return _Work(image, inference, started, decoded - started, inference_s)

    def _record(self, response: DetectOut, size_bytes: int) -> None:
        metrics, version, timing = self._metrics, str(response.model.version), response.timing_ms
        self._stage("decode").observe(timing.decode / 1e3)
        self._stage("queue").observe(timing.queue / 1e3)
        self._stage("inference").observe(timing.inference / 1e3)
        # Without the upload, whose speed is the client's.
        metrics.answer_duration.labels(version).observe(timing.total / 1e3)
        metrics.image_bytes.observe(size_bytes)
        metrics.image_pixels.observe(response.image.width * response.image.height)
        for found in response.detections:
            metrics.detections.labels(found.label, version).inc()
            metrics.detection_score.labels(version).observe(found.score)
        if not response.detections:
            metrics.empty_responses.labels(version).inc()
