"""The gateway's settings, read from DETECTOR_* variables and validated once at the start."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from detector.environment import COMMAND_LINE_VARIABLES, PREFIX, refuse_unknown_variables
from detector.errors import InvalidRequestError
from detector.names import check_model_name

Engine = Literal["embedded", "tfserving"]
EmbeddedKind = Literal["tflite_f32", "tflite_f16", "tflite_int8"]
CommaSeparated = Annotated[tuple[str, ...], NoDecode]
Port = Annotated[int, Field(ge=0, le=65535)]
MAX_DURATION_S = 86_400
"""A day. The event loop counts timers in whole milliseconds, so there is no infinity."""
MAX_PHOTO_BYTES = 2**31 - 1 - 65_536
"""gRPC limits a message, the photo and its envelope, to 31 bits of bytes."""


FORMER_MAX_PIXELS = f"{PREFIX}MAX_IMAGE_PIXELS"
"""What DETECTOR_MAX_PIXELS was called; still read."""


class Settings(BaseSettings):
    """The gateway's settings; each field is the DETECTOR_* variable of its name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )

    store: Path = Path("store")
    """The store of versions, read only."""
    model: str = "detector"
    """Name of the model that /detect answers with."""
    lan: bool = False
    """Serve phones in the same network: HTTPS with a local authority, plain http beside it on the same port."""
    lan_address: CommaSeparated = ()
    """Addresses or names under which phones reach this machine, the best first; by default detected."""
    lan_dir: Path | None = None
    """Folder of the local authority; by default pocket-detector/lan in the user's data directory."""
    host: str = Field(
        default_factory=lambda given: "0.0.0.0" if given.get("lan") else "127.0.0.1", min_length=1
    )
    """Address to listen on; by default 127.0.0.1, with `lan` and in images 0.0.0.0."""
    http_port: Port = 8080
    """REST and the page; 0 takes any free port."""
    grpc_port: Port = 50051
    """gRPC; 0 takes any free port."""
    grpc: bool = True
    """Whether to serve gRPC."""

    engine: Engine = "embedded"
    """LiteRT in this process, or TensorFlow Serving."""
    embedded_kind: EmbeddedKind = "tflite_f32"
    """Which file of the version the embedded engine runs."""
    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    """Photos processed at once; by default one per core for `embedded` and three per core for `tfserving`: TensorFlow
    Serving rejects more calls than it has threads, by default four per core."""
    max_queue: Annotated[int, Field(ge=0, le=100_000)] = 32
    """Photos that may wait for a worker; further requests are rejected."""
    max_uploads: Annotated[int, Field(ge=1, le=100_000)] = 128
    """Requests whose body is being read at once."""
    max_buffered_bytes: Annotated[int, Field(ge=1_000_000)] = 256_000_000
    """Bytes of all bodies held at once."""

    tfserving_target: str = "dns:///localhost:8500"
    """gRPC target of TensorFlow Serving; calls are balanced over all addresses that the name resolves to."""
    tfserving_store: str = "/store"
    """The store's path as TensorFlow Serving sees it."""

    canary_percent: Annotated[int, Field(ge=0, le=100)] = 0
    """Percentage of clients, by hash of X-Client-Id, that the canary serves when no channel is named."""
    poll_seconds: Annotated[float, Field(gt=0, le=60)] = 0.5
    """How often the channels are polled."""

    max_image_bytes: Annotated[int, Field(ge=1, le=MAX_PHOTO_BYTES)] = 25_000_000
    """Largest body."""
    max_pixels: Annotated[
        int,
        Field(ge=1, validation_alias=AliasChoices(f"{PREFIX}MAX_PIXELS", FORMER_MAX_PIXELS, "max_pixels")),
    ] = 67_108_864
    """Largest photo, by its header."""
    max_decode_bytes: Annotated[int, Field(ge=16_000_000)] = 1_200_000_000
    """Memory that all photos may take at once while they are decoded. A photo that needs more is refused; where others
    hold it, a photo waits."""
    default_timeout_ms: Annotated[int, Field(ge=1, le=MAX_DURATION_S * 1000)] = 10_000
    """Default deadline of a request."""
    max_timeout_ms: Annotated[int, Field(ge=1, le=MAX_DURATION_S * 1000)] = 60_000
    """Maximum deadline of a request."""
    header_timeout_s: Annotated[float, Field(gt=0, le=MAX_DURATION_S)] = 10.0
    """Time limit for the headers of a request."""
    max_header_bytes: Annotated[int, Field(ge=1024)] = 65_536
    """Size limit for the headers of a request; more closes the connection."""
    drain_seconds: Annotated[float, Field(ge=0, le=MAX_DURATION_S)] = 1.0
    """After SIGTERM: how long new requests are still accepted while /readyz fails."""
    shutdown_seconds: Annotated[float, Field(gt=0, le=MAX_DURATION_S)] = 30.0
    """After draining: how long requests in progress may take."""

    api_keys: CommaSeparated = ()
    """API keys, separated by commas, one of which /detect and files require; without any, everyone has access."""
    admin_port: Port | None = None
    """Serve /metrics, /livez and /readyz on this port and not on the public one."""
    cors_origins: CommaSeparated = ()
    """Origins of other pages that may call this gateway (CORS), or *."""
    tls_cert: Path | None = None
    """Certificate chain (PEM); with tls_key, REST and gRPC use TLS."""
    tls_key: Path | None = None
    """Private key (PEM)."""
    phone_dir: Path | None = None
    """Folder of the built phone page; by default services/phone/dist."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Minimum level of the JSON lines on standard error."""

    @field_validator("api_keys", "cors_origins", "lan_address", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("api_keys", mode="before")
    @classmethod
    def _check_keys_given(cls, value: Any) -> Any:
        # A value of commas only would silently disable authentication.
        if isinstance(value, str) and value.strip() and not value.strip(", "):
            raise ValueError("no key is in it; leave it out to ask for none")
        return value

    @field_validator("api_keys")
    @classmethod
    def _check_keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(key.isascii() and key.isprintable() and " " not in key for key in value):
            raise ValueError("a key is of printable ASCII characters without spaces: headers carry no others")
        return value

    @field_validator("model")
    @classmethod
    def _check_model(cls, value: str) -> str:
        try:
            return check_model_name(value)
        except InvalidRequestError as error:
            raise ValueError(error.message) from error

    @model_validator(mode="after")
    def _check_tls(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("DETECTOR_TLS_CERT and DETECTOR_TLS_KEY go together")
        return self

    @property
    def worker_count(self) -> int:
        cores = len(os.sched_getaffinity(0))
        return self.workers or (cores if self.engine == "embedded" else 3 * cores)


def read_settings(environment: Mapping[str, str] = os.environ, **overrides: Any) -> Settings:
    """Settings from the environment, `overrides` first. InvalidRequestError names the variable."""
    refuse_unknown_variables(environment, (*known_variables(), FORMER_MAX_PIXELS, *COMMAND_LINE_VARIABLES))
    try:
        return Settings(**overrides)
    except ValidationError as error:
        # A default that depends on an invalid setting is not a second mistake.
        mistakes = [each for each in error.errors() if each["type"] != "default_factory_not_called"]
        raise InvalidRequestError("; ".join(map(_describe, mistakes))) from error


def known_variables() -> tuple[str, ...]:
    """The names of the environment variables."""
    return tuple(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)


def _describe(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"][:1]).upper().removeprefix(PREFIX)
    return f"{PREFIX}{where}: {problem['msg']}" if where else str(problem["msg"])
