"""The parts that live as long as the process: built from the settings, started and stopped together."""

import asyncio
import contextlib

import structlog

from detector.images import ImageLimits
from detector.store import Store
from services.gateway.admission import Admission, Bounds
from services.gateway.core import Core
from services.gateway.engines.engine import Engine
from services.gateway.engines.metrics import EngineMetrics
from services.gateway.metrics import Metrics
from services.gateway.security import ApiKeys
from services.gateway.settings import Settings
from services.gateway.stored_files import StoredFiles
from services.gateway.versions import Readiness, Versions
from services.gateway.workers import Workers

log = structlog.get_logger("gateway")


class Gateway:
    """What the transports share. `start` and `stop` belong to one event loop."""

    def __init__(self, settings: Settings, *, engine: Engine | None = None) -> None:
        """`engine` overrides the one that the settings name."""
        self.settings = settings
        self.metrics = Metrics()
        store = Store(settings.store)
        self.files = StoredFiles(store)
        self.keys = ApiKeys(settings.api_keys)
        self.limits = ImageLimits(
            max_bytes=settings.max_image_bytes,
            max_pixels=settings.max_pixels,
            max_decode_bytes=settings.max_decode_bytes,
        )
        self._engine = engine or build_engine(settings)
        engine_metrics = EngineMetrics(self._engine.name, self.metrics)
        self._engine.watch(engine_metrics.set_up)
        self.versions = Versions(store, settings.model, self._engine, self.metrics, engine_metrics)
        self.readiness = Readiness(self.versions)
        workers = Workers(settings.worker_count)
        bounds = Bounds(
            queue=settings.max_queue,
            uploads=settings.max_uploads,
            buffered_bytes=settings.max_buffered_bytes,
        )
        self.core = Core(
            versions=self.versions,
            admission=Admission(bounds, workers, self.metrics),
            workers=workers,
            metrics=self.metrics,
            engine_metrics=engine_metrics,
            limits=self.limits,
            canary_percent=settings.canary_percent,
        )
        self._polling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start to load the versions of the channels and to poll for changes, in the background."""
        self._polling = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        """Stop polling, close the engine and wait for the workers. The transports have stopped before."""
        if self._polling is not None:
            self._polling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._polling
        self._engine.close()
        await asyncio.to_thread(self.core.close)

    async def _poll(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.versions.refresh)
            except Exception:
                # For example a network disk that fails: keep serving; the next poll may succeed.
                log.exception("following_failed", model=self.settings.model)
            await asyncio.sleep(self.settings.poll_seconds)


def build_engine(settings: Settings) -> Engine:
    """The engine that the settings name. Only its own libraries are imported."""
    if settings.engine == "tfserving":
        from services.gateway.engines.tfserving import TfServingEngine

        return TfServingEngine(settings.tfserving_target)
    from services.gateway.engines.embedded import EmbeddedEngine

    return EmbeddedEngine(kind=settings.embedded_kind, workers=settings.worker_count)
