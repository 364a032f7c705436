"""POST /detect: a plain ASGI endpoint, because every photo goes through it."""

import json
import time
from typing import Any

from starlette.types import Receive, Scope, Send

from detector.errors import MethodNotAllowedError
from services.gateway.answer import Answer
from services.gateway.core import Core
from services.gateway.metrics import Metrics
from services.gateway.rest.bodies import body_head, find_photo, read_body
from services.gateway.rest.query import detect_options, request_deadline
from services.gateway.settings import Settings


class DetectEndpoint:
    """Admits by the headers, reads the body, asks the core, answers JSON."""

    def __init__(self, core: Core, settings: Settings, metrics: Metrics) -> None:
        self._core = core
        self._settings = settings
        self._metrics = metrics

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
            self._metrics.stage_duration.labels("read").observe(read - started)
            size_bytes = len(body)
            # Under the same name, so that a body is let go of once the photo in it is decoded.
            body = await find_photo(head, body)
            answer = await self._core.detect(body, options, deadline)
        encoded = time.perf_counter()
        total_ms = (encoded - state["started"]) * 1e3
        content = json.dumps(
            answer_json(answer, state["request_id"], total_ms), separators=(",", ":")
        ).encode()
        self._metrics.stage_duration.labels("encode").observe(time.perf_counter() - encoded)
        state["log"] = _log_fields(answer, size_bytes)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"cache-control", b"no-store"),
            (b"server-timing", _server_timing(answer, (read - started) * 1e3, total_ms)),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def answer_json(answer: Answer, request_id: str, total_ms: float) -> dict[str, Any]:
    """The answer as REST gives it."""
    timing = answer.timing
    return {
        "model": {"name": answer.model, "version": answer.version, "channel": answer.channel},
        "image": {"width": answer.width, "height": answer.height},
        "detections": [
            {
                "label": answer.labels[found.class_id],
                "class_id": found.class_id,
                "score": round(found.score, 6),
                "box": _edges((found.box.ymin, found.box.xmin, found.box.ymax, found.box.xmax), 6),
                "box_px": _edges(found.box.to_pixels(width=answer.width, height=answer.height), 2),
            }
            for found in answer.detections
        ],
        "timing_ms": {
            "decode": round(timing.decode_ms, 3),
            "queue": round(timing.queue_ms, 3),
            "inference": round(timing.inference_ms, 3),
            "total": round(total_ms, 3),
        },
        "request_id": request_id,
    }


def _edges(edges: tuple[float, float, float, float], digits: int) -> dict[str, float]:
    ymin, xmin, ymax, xmax = (round(edge, digits) for edge in edges)
    return {"ymin": ymin, "xmin": xmin, "ymax": ymax, "xmax": xmax}


def _server_timing(answer: Answer, read_ms: float, total_ms: float) -> bytes:
    stages = (
        ("read", read_ms),
        ("queue", answer.timing.queue_ms),
        ("decode", answer.timing.decode_ms),
        ("inference", answer.timing.inference_ms),
        ("total", total_ms),
    )
    return ", ".join(f"{name};dur={ms:.3f}" for name, ms in stages).encode()


def _log_fields(answer: Answer, size_bytes: int) -> dict[str, Any]:
    return {
        "version": answer.version,
        "channel": answer.channel,
        "detections": len(answer.detections),
        "width": answer.width,
        "height": answer.height,
        "bytes": size_bytes,
        "decode_ms": round(answer.timing.decode_ms, 2),
        "queue_ms": round(answer.timing.queue_ms, 2),
        "inference_ms": round(answer.timing.inference_ms, 2),
    }
