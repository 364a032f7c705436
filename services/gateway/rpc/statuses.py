"""Errors as gRPC statuses with details: the one place where the error tree meets gRPC."""

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from detector.errors import DetectorError, ModelUnavailableError, OverloadedError
from services.gateway.rpc.details_pb2 import ErrorInfo, RetryInfo, Status

DOMAIN = "detector.v1"
DETAILS_KEY = "grpc-status-details-bin"
MAX_MESSAGE_CHARACTERS = 250
"""A status travels in headers, twice, and clients refuse more than 8 kB of those: the call would end as
RESOURCE_EXHAUSTED. Some messages repeat what the client sent, in which a character may take twelve bytes."""


def status_code(error: DetectorError) -> grpc.StatusCode:
    """The status that the error tree names."""
    return grpc.StatusCode[error.grpc_status]


def status_message(error: DetectorError) -> str:
    """The error's message, cut to what a status holds."""
    message = error.message
    return message if len(message) <= MAX_MESSAGE_CHARACTERS else f"{message[: MAX_MESSAGE_CHARACTERS - 1]}…"


def status_details(error: DetectorError) -> bytes:
    """A serialized google.rpc.Status: ErrorInfo with the stable code, RetryInfo where trying again helps."""
    details = [_packed("ErrorInfo", ErrorInfo(reason=error.code, domain=DOMAIN))]
    if isinstance(error, OverloadedError | ModelUnavailableError):
        details.append(_packed("RetryInfo", RetryInfo(retry_delay=Duration(seconds=error.retry_after_s))))
    number: int = status_code(error).value[0]
    return Status(code=number, message=status_message(error), details=details).SerializeToString()


def _packed(name: str, message: Message) -> AnyMessage:
    return AnyMessage(type_url=f"type.googleapis.com/google.rpc.{name}", value=message.SerializeToString())
