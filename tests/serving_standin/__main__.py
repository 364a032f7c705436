"""The stand-in as a process, with the flags of the real server that matter here."""

import argparse
import signal
import sys
import threading
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import text_format
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from tests.serving_standin.services import ModelService, PredictionService, add_services
from tests.serving_standin.versions import Manager, Refused, parse_config

TICK_S = 0.2
FATAL = 255


def main() -> int:
    options = _options()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    manager = Manager(labels_before_loading=options.allow_version_labels_for_unavailable_models)
    try:
        manager.configure(parse_config(options.model_config_file))
    except (Refused, text_format.ParseError, OSError) as error:
        print(f"Failed to start server. Error: {error}", file=sys.stderr)
        return FATAL
    # During the very first load no port is open.
    while not manager.settled() and not stopping.is_set():
        manager.tick()
        stopping.wait(0.0 if manager.settled() else TICK_S)
    if not manager.has_loaded():
        print("Failed to start server. Error: a model has no version that loads", file=sys.stderr)
        return FATAL
    server, port = _server(manager, options)
    server.start()
    print(f"Running gRPC ModelServer at 0.0.0.0:{port} ...", flush=True)
    _follow(manager, options, stopping)
    # No drain: what is in flight gets UNAVAILABLE.
    server.stop(0)
    return 0


def _server(manager: Manager, options: Any) -> tuple[Any, int]:
    threads = options.grpc_max_threads
    server = grpc.server(futures.ThreadPoolExecutor(threads + 8), options=options.grpc_channel_arguments)
    prediction = PredictionService(manager, threads=threads, delay_s=options.delay_ms / 1e3)
    add_services(server, prediction, ModelService(manager))
    if options.enable_grpc_healthcheck_service:
        servicer = health.HealthServicer()
        servicer.set("", health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    return server, server.add_insecure_port(f"{options.host}:{options.port}")


def _follow(manager: Manager, options: Any, stopping: threading.Event) -> None:
    """Look at the disk and, if told to, at the configuration file, until told to stop."""
    seen = options.model_config_file.read_bytes()
    while not stopping.wait(TICK_S):
        if options.model_config_file_poll_wait_seconds > 0:
            content = options.model_config_file.read_bytes()
            if content != seen:
                seen = content
                _reload(manager, options.model_config_file)
        manager.tick()


def _reload(manager: Manager, path: Path) -> None:
    try:
        manager.configure(parse_config(path))
    except (Refused, text_format.ParseError) as error:
        print(f"Failed to reload: {error}", file=sys.stderr, flush=True)


def _flag(text: str) -> bool:
    return text.lower() in ("true", "1")


def _arguments(text: str) -> list[tuple[str, int]]:
    pairs = (pair.split("=") for pair in text.split(","))
    return [(name, int(value)) for name, value in pairs]


def _options() -> Any:
    parser = argparse.ArgumentParser(description="Stand-in for TensorFlow Serving, for tests.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8500)
    parser.add_argument("--model_config_file", type=Path, required=True)
    parser.add_argument("--model_config_file_poll_wait_seconds", type=float, default=0)
    parser.add_argument("--allow_version_labels_for_unavailable_models", type=_flag, default=False)
    parser.add_argument("--enable_grpc_healthcheck_service", type=_flag, default=False)
    parser.add_argument("--grpc_max_threads", type=int, default=16)
    parser.add_argument("--grpc_channel_arguments", type=_arguments, default=[])
    parser.add_argument("--delay-ms", type=float, default=0, help="of our own: makes each Predict slow")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
