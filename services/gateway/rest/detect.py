"""POST /detect, a plain ASGI endpoint because it is the hot path."""

import functools
import json
import time
from typing import Any

from starlette.types import Receive, Scope, Send

from detector.errors import MethodNotAllowedError
from detector.response import DetectOut, TimingOut, to_json
from services.gateway.core import Core
from services.gateway.metrics import Metrics
from services.gateway.rest.bodies import body_head, find_photo, read_body
from services.gateway.rest.parameters import detect_options, request_deadline
from services.gateway.settings import Settings


class DetectEndpoint:
    """Checks the headers, is admitted, reads the body, calls the core and responds with JSON."""

    def __init__(self, core: Core, settings: Settings, metrics: Metrics) -> None:
        self._core = core
        self._settings = settings
        # Looking up a metric by its labels costs more than observing it.
        self._stage = functools.cache(metrics.stage_duration.labels)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["state"]
        if scope["method"] != "POST":
            raise MethodNotAllowedError("/detect takes POST with a photo as its body.", allow="POST")
        options = detect_options(scope)
        deadline = request_deadline(scope, self._settings)
        head = body_head(scope, self._settings.max_image_bytes)
        with self._core.admission.admit() as upload:
            started = time.perf_counter()
            body = await read_body(receive, upload, limit=head.limit, deadline=deadline)
            upload.finish()
            read = time.perf_counter()
            self._stage("read").observe(read - started)
            size_bytes = len(body)
            # Under the same name, so that the body is freed once the photo in it is found.
            body = await find_photo(head, body)
            response = await self._core.detect(body, options, deadline)
        detected = time.perf_counter()
        response = response.with_total((detected - state["started"]) * 1e3)
        content = json.dumps(to_json(response), separators=(",", ":")).encode()
        self._stage("encode").observe(time.perf_counter() - detected)
        state["log"] = _log_fields(response, size_bytes)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"cache-control", b"no-store"),
            (b"server-timing", _server_timing(response.timing_ms, (read - started) * 1e3)),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def _server_timing(timing: TimingOut, read_ms: float) -> bytes:
    stages = (
        ("read", read_ms),
        ("queue", timing.queue),
        ("decode", timing.decode),
        ("inference", timing.inference),
        ("total", timing.total),
    )
    return ", ".join(f"{name};dur={ms:.3f}" for name, ms in stages).encode()


def _log_fields(response: DetectOut, size_bytes: int) -> dict[str, Any]:
    return {
        "version": response.model.version,
        "channel": response.model.channel,
        "detections": len(response.detections),
        "width": response.image.width,
        "height": response.image.height,
        "bytes": size_bytes,
        "decode_ms": round(response.timing_ms.decode, 2),
        "queue_ms": round(response.timing_ms.queue, 2),
        "inference_ms": round(response.timing_ms.inference, 2),
    }
