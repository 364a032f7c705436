"""Everything that lives as long as the process: built from settings, started, stopped."""

import asyncio
import contextlib

import structlog

from detector.images import ImageLimits
from detector.store import Store
from services.gateway.admission import Admission, Bounds
from services.gateway.core import Core
from services.gateway.engines.engine import Engine
from services.gateway.files import StoredFiles
from services.gateway.metrics import Metrics
from services.gateway.readiness import Readiness
from services.gateway.security import ApiKeys
from services.gateway.settings import Settings
from services.gateway.versions import Versions

log = structlog.get_logger("gateway")


class Gateway:
    """The parts that transports share. `start` and `stop` belong to one event loop."""

    def __init__(self, settings: Settings, *, engine: Engine | None = None) -> None:
        """`engine` in place of the one that the settings name."""
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
        up = self.metrics.engine_up.labels(self._engine.name)
        up.set(0)
        self._engine.watch(up.set)
        self.versions = Versions(store, settings.model, self._engine, self.metrics)
        self.readiness = Readiness(self.versions)
        bounds = Bounds(
            workers=settings.worker_count,
            queue=settings.max_queue,
            uploads=settings.max_uploads,
            buffered_bytes=settings.max_buffered_bytes,
        )
        self.core = Core(
            versions=self.versions,
            admission=Admission(bounds, self.metrics),
            metrics=self.metrics,
            limits=self.limits,
            engine_name=self._engine.name,
            canary_percent=settings.canary_percent,
        )
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to load what the channels point to, and to follow them; /livez answers meanwhile."""
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Stop following, let the engine go, wait for the workers; nobody waits for their answers any more."""
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
        self._engine.close()
        await asyncio.to_thread(self.core.close)

    async def _follow(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.versions.refresh)
            except Exception:
                # A network disk that hiccups: what is served is served on, and the next look may succeed.
                log.exception("following_failed", model=self.settings.model)
            await asyncio.sleep(self.settings.poll_seconds)


def build_engine(settings: Settings) -> Engine:
    """The engine that the settings name; only its own libraries are imported."""
    if settings.engine == "tfserving":
        from services.gateway.engines.tfserving import TfServingEngine

        return TfServingEngine(settings.tfserving_target)
    from services.gateway.engines.embedded import EmbeddedEngine

    return EmbeddedEngine(kind=settings.embedded_kind, workers=settings.worker_count)
