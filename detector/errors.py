"""One tree of errors for the whole project.

Every error a person or a client can cause derives from `DetectorError` and carries a stable `code`, the HTTP
and gRPC status that transports answer with, the exit code of the command line, and a message that says what to
do about it. Transports map the tree once; nothing else invents statuses.
"""

from typing import ClassVar


class DetectorError(Exception):
    """Base of all errors that are reported to a person instead of with a traceback."""

    code: ClassVar[str] = "internal"
    http_status: ClassVar[int] = 500
    grpc_status: ClassVar[str] = "INTERNAL"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InternalError(DetectorError):
    """Something that should not happen; the message is public, the cause is in the log."""


class InvalidRequestError(DetectorError):
    """A parameter or a body that does not make sense."""

    code = "invalid_request"
    http_status = 400
    grpc_status = "INVALID_ARGUMENT"
    exit_code = 2


class UnauthenticatedError(DetectorError):
    """No API key, or one that is not known."""

    code = "unauthenticated"
    http_status = 401
    grpc_status = "UNAUTHENTICATED"


class NotFoundError(DetectorError):
    """A model, version, channel or file that is not there."""

    code = "not_found"
    http_status = 404
    grpc_status = "NOT_FOUND"


class MethodNotAllowedError(DetectorError):
    """An HTTP method that the route does not answer; `allow` names those that it does, as in the header."""

    code = "method_not_allowed"
    http_status = 405
    grpc_status = "UNIMPLEMENTED"

    def __init__(self, message: str, *, allow: str = "") -> None:
        super().__init__(message)
        self.allow = allow


class RequestTimeoutError(DetectorError):
    """The client took too long to send its request."""

    code = "request_timeout"
    http_status = 408
    grpc_status = "DEADLINE_EXCEEDED"


class BodyTooLargeError(DetectorError):
    """More bytes than the limit, refused before they are buffered."""

    code = "body_too_large"
    http_status = 413
    grpc_status = "INVALID_ARGUMENT"


class UnsupportedMediaTypeError(DetectorError):
    """A body that is none of the photo formats, or a content type the route does not take."""

    code = "unsupported_media_type"
    http_status = 415
    grpc_status = "INVALID_ARGUMENT"


class RangeNotSatisfiableError(DetectorError):
    """A byte range outside the file, which has `size_bytes`."""

    code = "range_not_satisfiable"
    http_status = 416
    grpc_status = "OUT_OF_RANGE"

    def __init__(self, message: str, *, size_bytes: int) -> None:
        super().__init__(message)
        self.size_bytes = size_bytes


class ImageUnreadableError(DetectorError):
    """A photo in a known format whose content cannot be decoded."""

    code = "image_unreadable"
    http_status = 422
    grpc_status = "INVALID_ARGUMENT"


class ImageTooManyPixelsError(DetectorError):
    """A photo over the pixel limit, refused before it is decoded."""

    code = "image_too_many_pixels"
    http_status = 422
    grpc_status = "INVALID_ARGUMENT"


class OverloadedError(DetectorError):
    """The server is full; `retry_after_s` says when to try again."""

    code = "overloaded"
    http_status = 429
    grpc_status = "RESOURCE_EXHAUSTED"

    def __init__(self, message: str, *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ModelUnavailableError(DetectorError):
    """The engine cannot answer for this version now; `retry_after_s` says when to try again."""

    code = "model_unavailable"
    http_status = 503
    grpc_status = "UNAVAILABLE"

    def __init__(self, message: str, *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class DeadlineExceededError(DetectorError):
    """The deadline passed before the answer was ready."""

    code = "deadline_exceeded"
    http_status = 504
    grpc_status = "DEADLINE_EXCEEDED"


class DatasetError(DetectorError):
    """A dataset that cannot be trained on; the message names what was found."""

    code = "dataset_invalid"
    exit_code = 3


class BaseWeightsError(DetectorError):
    """The base's ImageNet weights could not be had from any of the places they are looked for."""

    code = "base_weights_unavailable"
    exit_code = 4


class ExportError(DetectorError):
    """An artifact that does not run, does not agree with the SavedModel, or holds NaN: nothing is published."""

    code = "export_failed"
    exit_code = 5


class StoreError(DetectorError):
    """The store cannot be read or written (full disk, foreign files, a version that exists already)."""

    code = "store_failed"
    exit_code = 6


class VersionTakenError(StoreError):
    """A number that was used before, or is being built."""


class UntrustedError(StoreError):
    """A version without a signature by a key that is trusted here."""


class OutOfMemoryError(DetectorError):
    """A command, such as a training run, that does not fit into the machine's memory."""

    code = "out_of_memory"
    exit_code = 7


class ReleaseRefusedError(DetectorError):
    """A version that did not pass the gate; nothing was moved."""

    code = "release_refused"
    exit_code = 8


class ClusterError(DetectorError):
    """A Kubernetes cluster that cannot be reached, or refuses or cannot run what it was asked to."""

    code = "cluster_failed"
    exit_code = 9


class ServingError(DetectorError):
    """A replica of TensorFlow Serving that cannot be reached, or cannot load or answer a version."""

    code = "serving_failed"
    exit_code = 10


class ReleaseBusyError(DetectorError):
    """Another process is releasing the same model; the message says who."""

    code = "release_busy"
    exit_code = 11
