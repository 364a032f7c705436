"""Metrics of the calls of the engine. Nothing else writes `detector_engine_up`."""

import functools
import time

from detector.errors import DetectorError, InternalError, ModelUnavailableError
from detector.images import Pixels
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import Inference, Runner
from services.gateway.metrics import Metrics


class EngineMetrics:
    """Counts and times calls of one engine, from several threads, and records whether it is up."""

    def __init__(self, engine: str, metrics: Metrics) -> None:
        """`engine` is the label of its metrics. It is down until it has connected, answered a probe or a call."""
        # Looking up a metric by its labels costs more than counting; versions and codes are few.
        self._requests = functools.cache(
            lambda version, code: metrics.engine_requests.labels(engine, str(version), code)
        )
        self._duration = functools.cache(lambda version: metrics.engine_duration.labels(engine, str(version)))
        self._up = metrics.engine_up.labels(engine)
        self._up.set(0)

    def set_up(self, up: bool) -> None:
        """Record a connection made or lost, or an answered probe."""
        self._up.set(up)

    def run(
        self, runner: Runner, pixels: Pixels, *, version: int, channel: str | None, deadline: Deadline
    ) -> tuple[Inference, float]:
        """Call `runner`, which belongs to `version`; returns what it answers and the seconds that it took.

        The call is counted for the version that answers, which is another one if a label has moved meanwhile.
        """
        started = time.perf_counter()
        code = InternalError.code
        try:
            inference = runner.run(pixels, channel=channel, deadline=deadline)
            version, code = inference.version, "ok"
        except DetectorError as error:
            code = error.code
            raise
        finally:
            seconds = time.perf_counter() - started
            self._requests(version, code).inc()
            self._duration(version).observe(seconds)
            # Other errors say nothing about the engine: a deadline, an engine that is up and full.
            if code in ("ok", ModelUnavailableError.code):
                self._up.set(code == "ok")
        return inference, seconds
