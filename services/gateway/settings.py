"""Everything about the gateway that can be set, from DETECTOR_* variables, checked once at the start."""

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
LONGEST_S = 86_400
"""A day: timers are whole milliseconds in the event loop, and infinity is no number of them."""
LARGEST_MESSAGE = 2**31 - 1 - 65_536
"""gRPC counts a message's bytes, the photo and what is beside it, in 31 bits."""


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
    """Where versions lie; only read."""
    model: str = "detector"
    """Name of the model that /detect answers with."""
    lan: bool = False
    """Serve phones in the same network: HTTPS with a local authority, plain http beside it on the same port."""
    lan_address: CommaSeparated = ()
    """Addresses or names under which phones reach this machine, the best first; by default found."""
    lan_dir: Path | None = None
    """Where the local authority is kept; by default pocket-detector/lan in this user's data folder."""
    host: str = Field(
        default_factory=lambda given: "0.0.0.0" if given.get("lan") else "127.0.0.1", min_length=1
    )
    """Address to listen on; by default 127.0.0.1, with `lan` and in images 0.0.0.0."""
    http_port: Port = 8080
    """REST and the page; 0 takes any free port."""
    grpc_port: Port = 50051
    """gRPC; 0 takes any free port."""
    grpc: bool = True
    """Whether to answer gRPC at all."""

    engine: Engine = "embedded"
    """LiteRT in this process, or TensorFlow Serving."""
    embedded_kind: EmbeddedKind = "tflite_f32"
    """Which file of the version the embedded engine runs."""
    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    """Photos in work at once; by default one a core for `embedded`, three a core for `tfserving`: TensorFlow Serving
    refuses what exceeds its threads, of which it has four a core unless told otherwise."""
    max_queue: Annotated[int, Field(ge=0, le=100_000)] = 32
    """Photos read and waiting for a worker; a request that comes when so many wait is refused."""
    max_uploads: Annotated[int, Field(ge=1, le=100_000)] = 128
    """Requests whose body is being read at once."""
    max_buffered_bytes: Annotated[int, Field(ge=1_000_000)] = 256_000_000
    """Bytes of all bodies held at once."""

    tfserving_target: str = "dns:///localhost:8500"
    """gRPC target of TensorFlow Serving; every address that the name resolves to takes its share."""
    tfserving_store: str = "/store"
    """The store's path as TensorFlow Serving sees it."""

    canary_percent: Annotated[int, Field(ge=0, le=100)] = 0
    """Share of phones, by hash of X-Client-Id, that the canary answers when no channel is named."""
    poll_seconds: Annotated[float, Field(gt=0, le=60)] = 0.5
    """How often the channels are looked at."""

    max_image_bytes: Annotated[int, Field(ge=1, le=LARGEST_MESSAGE)] = 25_000_000
    """Largest body."""
    max_pixels: Annotated[
        int,
        Field(ge=1, validation_alias=AliasChoices(f"{PREFIX}MAX_PIXELS", FORMER_MAX_PIXELS, "max_pixels")),
    ] = 67_108_864
    """Largest photo, by its header."""
    max_decode_bytes: Annotated[int, Field(ge=16_000_000)] = 1_200_000_000
    """Memory that all photos may take at once while they are decoded. A photo that needs more is refused; where others
    hold it, a photo waits."""
    default_timeout_ms: Annotated[int, Field(ge=1, le=LONGEST_S * 1000)] = 10_000
    """Deadline of a request that names none."""
    max_timeout_ms: Annotated[int, Field(ge=1, le=LONGEST_S * 1000)] = 60_000
    """Longest deadline that a request may ask for."""
    header_timeout_s: Annotated[float, Field(gt=0, le=LONGEST_S)] = 10.0
    """Time for a connection to finish the headers of a request."""
    max_header_bytes: Annotated[int, Field(ge=1024)] = 65_536
    """Headers of one request; more closes the connection."""
    drain_seconds: Annotated[float, Field(ge=0, le=LONGEST_S)] = 1.0
    """After SIGTERM: how long new requests are still answered while /readyz says no."""
    shutdown_seconds: Annotated[float, Field(gt=0, le=LONGEST_S)] = 30.0
    """After that: how long requests in work may take."""

    api_keys: CommaSeparated = ()
    """Keys, separated by commas, one of which /detect and files ask for; none: open."""
    admin_port: Port | None = None
    """Serve /metrics, /livez and /readyz on this port and not on the public one."""
    cors_origins: CommaSeparated = ()
    """Origins of other pages that may call this gateway, or *."""
    tls_cert: Path | None = None
    """Certificate chain (PEM); with tls_key, REST and gRPC speak TLS."""
    tls_key: Path | None = None
    """Private key (PEM)."""
    phone_dir: Path | None = None
    """Built phone page; by default the one beside this package."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Lowest level of the JSON lines on standard error."""

    @field_validator("api_keys", "cors_origins", "lan_address", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("api_keys", mode="before")
    @classmethod
    def _check_keys_given(cls, value: Any) -> Any:
        # Only commas would leave the gateway open to all, which is what leaving it out says.
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
        # A default that hangs on a setting that is wrong is not a second mistake.
        mistakes = [each for each in error.errors() if each["type"] != "default_factory_not_called"]
        raise InvalidRequestError("; ".join(map(_describe, mistakes))) from error


def known_variables() -> tuple[str, ...]:
    """The variables of the gateway's settings."""
    return tuple(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)


def _describe(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"][:1]).upper().removeprefix(PREFIX)
    return f"{PREFIX}{where}: {problem['msg']}" if where else str(problem["msg"])
