"""What is known of a gRPC call beside its messages, and how it ends with an error."""

import time
from typing import Any, NoReturn

from detector.errors import DetectorError
from services.gateway.deadline import Deadline
from services.gateway.requests import request_id
from services.gateway.rpc.statuses import DETAILS_KEY, status_code, status_details, status_message
from services.gateway.security import ApiKeys

REQUEST_ID_KEY = "x-request-id"


class Call:
    """One call, or one frame of a stream's call: its metadata, its time, what it adds to the log event."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.started = time.perf_counter()
        self.metadata = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
        self.request_id = request_id(self.metadata.get(REQUEST_ID_KEY))
        self.log: dict[str, Any] = {}

    @property
    def seconds(self) -> float:
        """Since it came."""
        return time.perf_counter() - self.started

    def check_key(self, keys: ApiKeys) -> None:
        """Raises UnauthenticatedError."""
        keys.check(authorization=self.metadata.get("authorization"), api_key=self.metadata.get("x-api-key"))

    def deadline(self, default_s: float, longest_s: float) -> Deadline:
        """The call's own deadline within bounds."""
        remaining: float | None = self.context.time_remaining()
        return Deadline.after(default_s if remaining is None else min(remaining, longest_s))


class Frame(Call):
    """One frame of a stream: the stream's client and id, a time of its own."""

    def __init__(self, stream: Call) -> None:
        super().__init__(stream.context)
        self.request_id = stream.request_id

    def deadline(self, default_s: float, longest_s: float) -> Deadline:
        """The stream's deadline is for all of its frames: one of them has no longer than by default."""
        return super().deadline(default_s, default_s)


async def abort(call: Call, error: DetectorError) -> NoReturn:
    """End the call with the error's status and details, and its id in the trailing metadata."""
    metadata = ((DETAILS_KEY, status_details(error)), (REQUEST_ID_KEY, call.request_id))
    await call.context.abort(status_code(error), status_message(error), trailing_metadata=metadata)
    raise AssertionError("gRPC ends an aborted call by raising.")
