"""Detect on a photo: no transport in here. REST and gRPC both call `Core.detect`."""

import asyncio
import functools
import hashlib
import time
from dataclasses import dataclass

from detector.decode_memory import DecodeMemory
from detector.errors import DeadlineExceededError, DetectorError, InvalidRequestError, ModelUnavailableError
from detector.images import ImageLimits, LoadedImage, load_image
from detector.outputs import detections
from services.gateway.admission import Admission
from services.gateway.answer import Answer, DetectOptions, Timing
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import Inference
from services.gateway.metrics import Metrics
from services.gateway.versions import Served, ServedVersion, VersionFacts, Versions
from services.gateway.workers import Workers, fail


@dataclass(frozen=True, slots=True)
class _Work:
    photo: LoadedImage
    inference: Inference
    decode_s: float
    inference_s: float


class Core:
    """Chooses the version, waits for a worker, decodes, infers, and says how long each took."""

    def __init__(
        self,
        *,
        versions: Versions,
        admission: Admission,
        metrics: Metrics,
        limits: ImageLimits,
        engine_name: str,
        canary_percent: int,
    ) -> None:
        self._versions = versions
        self._metrics = metrics
        self._limits = limits
        self._decode_memory = DecodeMemory(limits.max_decode_bytes)
        self._engine_name = engine_name
        self._canary_percent = canary_percent
        self._workers = Workers()
        self.admission = admission

    async def detect(self, photo: bytes, options: DetectOptions, deadline: Deadline) -> Answer:
        """Detections on a photo of any format, in boxes of the upright photo.

        Raises an error of the tree: image errors, NotFoundError for a channel or version,
        DeadlineExceededError, ModelUnavailableError.
        """
        started = time.perf_counter()
        served = self._versions.served
        channel, target = self._choose(served, options)
        label = channel if served.by_label and options.version is None else None
        await self.admission.take_slot(deadline)
        queued = time.perf_counter()
        work = await self._in_worker(photo, label, target, deadline)
        facts = self._facts(target, work.inference.version)
        found = detections(
            work.inference.raw,
            classes=len(facts.labels),
            min_score=facts.score_threshold if options.min_score is None else options.min_score,
            limit=options.max_detections,
        )
        answer = Answer(
            model=self._versions.name,
            version=facts.version,
            channel=channel,
            width=work.photo.width,
            height=work.photo.height,
            labels=facts.labels,
            detections=found,
            timing=Timing(
                decode_ms=work.decode_s * 1e3,
                queue_ms=(queued - started) * 1e3,
                inference_ms=work.inference_s * 1e3,
                total_ms=(time.perf_counter() - started) * 1e3,
            ),
        )
        # Counted when the answer is on its way.
        asyncio.get_running_loop().call_soon(self._count, answer, len(photo))
        return answer

    def close(self) -> None:
        """Wait for the workers to end what they do."""
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
        """By hash, so that one phone always gets the same channel."""
        if client_id is None or self._canary_percent == 0:
            return False
        digest = hashlib.sha256(client_id.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:4], "big") % 100 < self._canary_percent

    def _facts(self, target: ServedVersion, answered: int) -> VersionFacts:
        """Of the version that answered, which may be another than `target`: see `_work`."""
        if answered == target.facts.version:
            return target.facts
        try:
            return self._versions.facts(answered)
        except DetectorError as error:
            raise ModelUnavailableError(
                f"Version {answered} answered, which the gateway cannot find in its store."
            ) from error

    async def _in_worker(
        self, photo: bytes, label: str | None, target: ServedVersion, deadline: Deadline
    ) -> _Work:
        """Run on a worker; past the deadline the work keeps its slot until it really ends."""
        try:
            work = self._workers.start(
                functools.partial(self._work, photo, label, target, deadline), self.admission.release_slot
            )
        except RuntimeError:
            self.admission.release_slot()
            raise
        late = DeadlineExceededError("The deadline passed before the answer was ready.")
        timer = asyncio.get_running_loop().call_later(deadline.remaining_s, fail, work, late)
        try:
            return await work
        finally:
            timer.cancel()

    def _work(self, photo: bytes, label: str | None, target: ServedVersion, deadline: Deadline) -> _Work:
        started = time.perf_counter()
        deadline.check()
        size = target.facts.size
        memory = functools.partial(self._decode_memory.reserved, timeout_s=deadline.remaining_s)
        image = load_image(photo, limits=self._limits, at_least=2 * size, square=size, memory=memory)
        decoded = time.perf_counter()
        deadline.check()
        # The version that answers may be another one, where a label has moved before we heard of it.
        version, code = target.facts.version, "internal"
        try:
            inference = target.runner.run(image.pixels, channel=label, deadline=deadline)
            version, code = inference.version, "ok"
        except DetectorError as error:
            code = error.code
            raise
        finally:
            took = time.perf_counter() - decoded
            self._metrics.engine_requests.labels(self._engine_name, str(version), code).inc()
            self._metrics.engine_duration.labels(self._engine_name, str(version)).observe(took)
            self._note_engine(code)
        return _Work(image, inference, decoded - started, took)

    def _note_engine(self, code: str) -> None:
        if code in ("ok", ModelUnavailableError.code):
            self._metrics.engine_up.labels(self._engine_name).set(code == "ok")

    def _count(self, answer: Answer, size_bytes: int) -> None:
        metrics, version, timing = self._metrics, str(answer.version), answer.timing
        metrics.stage_duration.labels("decode").observe(timing.decode_ms / 1e3)
        metrics.stage_duration.labels("queue").observe(timing.queue_ms / 1e3)
        metrics.stage_duration.labels("inference").observe(timing.inference_ms / 1e3)
        # The upload is not in it: how fast a phone sends is not for the gateway to promise.
        metrics.answer_duration.labels(version).observe(timing.total_ms / 1e3)
        metrics.image_bytes.observe(size_bytes)
        metrics.image_pixels.observe(answer.width * answer.height)
        for found in answer.detections:
            metrics.detections.labels(answer.labels[found.class_id], version).inc()
            metrics.detection_score.labels(version).observe(found.score)
        if not answer.detections:
            metrics.empty_responses.labels(version).inc()
