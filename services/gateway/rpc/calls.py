"""The metadata, deadline and time of a gRPC call, and the status with which it fails."""

import time
from typing import Any, NoReturn

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from detector.errors import DetectorError, ModelUnavailableError, OverloadedError
from services.gateway.deadline import Deadline
from services.gateway.observer import request_id
from services.gateway.rpc.details_pb2 import ErrorInfo, RetryInfo, Status
from services.gateway.security import ApiKeys

REQUEST_ID_KEY = "x-request-id"
DOMAIN = "detector.v1"
DETAILS_KEY = "grpc-status-details-bin"
MAX_MESSAGE_CHARACTERS = 250
"""A status is sent in the trailers twice, and clients limit those to 8 kB: a longer one fails as RESOURCE_EXHAUSTED.
Some messages quote the request, in which one character may take twelve bytes."""


class Call:
    """One call, or one frame of a streaming call. `log` holds its fields of the log event."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.started = time.perf_counter()
        self.metadata = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
        self.request_id = request_id(self.metadata.get(REQUEST_ID_KEY))
        self.log: dict[str, Any] = {}

    @property
    def seconds(self) -> float:
        """Since it started."""
        return time.perf_counter() - self.started

    def check_key(self, keys: ApiKeys) -> None:
        """Raises UnauthenticatedError."""
        keys.check(authorization=self.metadata.get("authorization"), api_key=self.metadata.get("x-api-key"))

    def deadline(self, default_s: float, max_s: float) -> Deadline:
        """The client's deadline, limited to `max_s`; without one, `default_s` from now."""
        remaining: float | None = self.context.time_remaining()
        return Deadline.after(default_s if remaining is None else min(remaining, max_s))


class Frame(Call):
    """One frame of a stream, with the metadata and id of the stream and a start time of its own."""

    def __init__(self, stream: Call) -> None:
        super().__init__(stream.context)
        self.request_id = stream.request_id

    def deadline(self, default_s: float, max_s: float) -> Deadline:
        """The client's deadline is that of the whole stream; a single frame gets at most the default."""
        return super().deadline(default_s, default_s)


async def abort(call: Call, error: DetectorError) -> NoReturn:
    """End the call with the status and details of `error`, and the request id in the trailing metadata."""
    metadata = ((DETAILS_KEY, status_details(error)), (REQUEST_ID_KEY, call.request_id))
    await call.context.abort(status_code(error), status_message(error), trailing_metadata=metadata)
    raise AssertionError("grpc.aio raises in abort().")


def status_code(error: DetectorError) -> grpc.StatusCode:
    """The status that the error tree names."""
    return grpc.StatusCode[error.grpc_status]


def status_message(error: DetectorError) -> str:
    """The error's message, truncated to MAX_MESSAGE_CHARACTERS."""
    message = error.message
    return message if len(message) <= MAX_MESSAGE_CHARACTERS else f"{message[: MAX_MESSAGE_CHARACTERS - 1]}…"


def status_details(error: DetectorError) -> bytes:
    """A serialized google.rpc.Status: ErrorInfo with the error's code, and RetryInfo where retrying helps."""
    details = [_packed("ErrorInfo", ErrorInfo(reason=error.code, domain=DOMAIN))]
    if isinstance(error, OverloadedError | ModelUnavailableError):
        details.append(_packed("RetryInfo", RetryInfo(retry_delay=Duration(seconds=error.retry_after_s))))
    number: int = status_code(error).value[0]
    return Status(code=number, message=status_message(error), details=details).SerializeToString()


def _packed(name: str, message: Message) -> AnyMessage:
    return AnyMessage(type_url=f"type.googleapis.com/google.rpc.{name}", value=message.SerializeToString())
