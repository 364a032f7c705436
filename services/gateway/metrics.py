"""Every metric of the gateway. Dashboards and alerts rely on the names."""

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

SECONDS = (
    0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip
BYTES = (10_000.0, 50_000.0, 100_000.0, 250_000.0, 500_000.0, 1e6, 2.5e6, 5e6, 10e6, 25e6)
PIXELS = (50_000.0, 100_000.0, 300_000.0, 1e6, 2e6, 4e6, 8e6, 12e6, 25e6, 50e6)
SCORES = tuple(tenth / 20 for tenth in range(1, 21))


class Metrics:
    """One registry and its metrics. Labels have few values: route templates, codes and versions, never raw paths."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self.registry = registry
        ProcessCollector(registry=registry, pid=os.getpid)
        self.requests = Counter(
            "detector_requests", "Requests answered.", ("route", "protocol", "code"), registry=registry
        )
        self.request_duration = Histogram(
            "detector_request_duration_seconds",
            "From the end of the headers to the end of the answer.",
            ("route", "protocol"),
            buckets=SECONDS,
            registry=registry,
        )
        self.stage_duration = Histogram(
            "detector_stage_duration_seconds",
            "Parts of /detect: read, decode, queue, inference, encode.",
            ("stage",),
            buckets=SECONDS,
            registry=registry,
        )
        self.answer_duration = Histogram(
            "detector_answer_duration_seconds",
            "From the photo's last byte to its detections, by the version that answered.",
            ("version",),
            buckets=SECONDS,
            registry=registry,
        )
        self.engine_duration = Histogram(
            "detector_engine_duration_seconds",
            "Calls of the engine.",
            ("engine", "version"),
            buckets=SECONDS,
            registry=registry,
        )
        self.engine_requests = Counter(
            "detector_engine_requests",
            "Calls of the engine, by how they ended.",
            ("engine", "version", "code"),
            registry=registry,
        )
        self.engine_up = Gauge(
            "detector_engine_up", "1 while the engine answers.", ("engine",), registry=registry
        )
        self.in_flight = Gauge("detector_requests_in_flight", "Requests being answered.", registry=registry)
        self.rejected = Counter(
            "detector_rejected", "Requests refused for lack of room.", ("reason",), registry=registry
        )
        self.image_bytes = Histogram(
            "detector_image_bytes", "Size of photos.", buckets=BYTES, registry=registry
        )
        self.image_pixels = Histogram(
            "detector_image_pixels", "Width times height of photos.", buckets=PIXELS, registry=registry
        )
        self.detections = Counter(
            "detector_detections", "Detections answered.", ("label", "version"), registry=registry
        )
        self.detection_score = Histogram(
            "detector_detection_score",
            "Scores of detections answered.",
            ("version",),
            buckets=SCORES,
            registry=registry,
        )
        self.empty_responses = Counter(
            "detector_empty_responses", "Answers without a detection.", ("version",), registry=registry
        )
        self.model_info = Gauge(
            "detector_model_info",
            "1 for each channel served.",
            ("name", "version", "channel"),
            registry=registry,
        )
        self.load_failures = Counter(
            "detector_version_load_failures",
            "Versions that could not be loaded or probed.",
            ("name", "version"),
            registry=registry,
        )
        self.artifact_downloads = Counter(
            "detector_artifact_downloads",
            "Artifacts sent to their last byte.",
            ("kind", "version"),
            registry=registry,
        )
        self.artifact_sent_bytes = Counter(
            "detector_artifact_sent_bytes", "Bytes of artifacts sent.", registry=registry
        )
