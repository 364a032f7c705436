"""What the API server or the network answers instead, as sentences that say what to do."""

import json
from typing import Any

import urllib3
from kubernetes.client import ApiException

from detector.errors import ClusterError

PASSING = {408, 429, 500, 502, 503, 504}
"""HTTP statuses of an API server, or of something before it, that is starting, busy or restarting."""


class RefusedError(ClusterError):
    """The API server answered no, and would again. `status` is HTTP's, 0 where the connection was not trusted."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class UnreachableError(ClusterError):
    """No answer came, or one that says to ask again."""


class SilentError(UnreachableError):
    """A log was silent for a while: the training may have had nothing to say."""


def translated(error: Exception, *, doing: str, host: str) -> ClusterError:
    """An exception of the client as an error of ours. `doing` completes "You may not ..."."""
    if isinstance(error, ApiException):
        return _answered(error, doing, host)
    return UnreachableError(
        f"The cluster at {host} does not answer: {_reason(error)}. Is it the right one (`kubectl config "
        "current-context`), and can this machine reach it?"
    )


def _answered(error: Any, doing: str, host: str) -> ClusterError:
    status, message = int(error.status or 0), _message(error)
    if status in PASSING:
        return UnreachableError(f"The cluster at {host} answers {status} for now: {message}")
    return RefusedError(_sentence(status, message, doing, host), status=status)


def _sentence(status: int, message: str, doing: str, host: str) -> str:
    if status == 0:
        return f"The connection to the cluster at {host} cannot be trusted: {message}"
    if status == 401:
        return "The cluster does not know you: log in to it again (`kubectl auth whoami` says who you are to it)."
    if status == 403 and "exceeded quota" in message:
        return f"The namespace's quota is used up: {message} Wait for others to end, or have it raised."
    if status == 403:
        return (
            f"You may not {doing}: {message} An administrator can bind the role `launcher` "
            "(deploy/k8s/base/launcher.yaml) to you."
        )
    return f"The cluster refuses to {doing} ({status}): {message}"


def _message(error: Any) -> str:
    """Of the `Status` that the API server answers with; of a proxy's page its first words."""
    body = error.body.decode(errors="replace") if isinstance(error.body, bytes) else str(error.body or "")
    try:
        status = json.loads(body)
        message = str(status["message"]) if isinstance(status, dict) else body
    except (ValueError, KeyError):
        message = body
    text = " ".join((message or str(error.reason or "no reason given")).split())[:1000]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _reason(error: Exception) -> str:
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "its name cannot be resolved"
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return str(error).rpartition(": ")[2]
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "nothing came within the time allowed"
    return str(error) or type(error).__name__
