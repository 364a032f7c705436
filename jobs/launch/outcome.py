"""How a training in the cluster ended, for the person and for the shell."""

from dataclasses import dataclass

from detector.errors import ClusterError
from jobs.launch.manifest import NOT_RETRIED, NOT_RUNNABLE
from jobs.launch.state import JobState, PodState

_KILLED = 137
_TOLD_TO_STOP = frozenset({130, 143})
"""Training's own exit code on a signal, and that of a process without a handler for SIGTERM."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`exit_code` is that of the training; `message` says why where it is not 0."""

    exit_code: int
    message: str | None = None


def is_replaced(job: JobState, pods: tuple[PodState, ...]) -> bool:
    """Whether the Job will start another pod after the last of these, which is over."""
    last = pods[-1]
    if job.ended or (
        last.terminated is not None and last.terminated.exit_code in (0, *NOT_RETRIED, *NOT_RUNNABLE)
    ):
        return False
    return last.disruption is not None or failures(pods) <= job.retries


def failures(pods: tuple[PodState, ...]) -> int:
    """How many of these pods failed, the first try included; those taken from their node do not count."""
    return sum(pod.ended and pod.disruption is None for pod in pods)


def outcome(job: JobState, last: PodState | None, told: str | None) -> Outcome:
    """Of a Job that has ended. `told` is what the training itself said of its failure.

    Raises:
        ClusterError: it failed and no container says with which exit code.
    """
    if job.complete:
        return Outcome(0)
    ended = None if last is None else last.terminated
    if last is None or ended is None or ended.exit_code == 0:
        raise ClusterError(f"Job {job.name} failed: {job.failure}")
    return Outcome(ended.exit_code, told or why(last))


def why(pod: PodState) -> str:
    """Why a pod that is over did not do its work."""
    ended = pod.terminated
    if pod.disruption is not None:
        return f"It was taken from its node: {pod.disruption}"
    if ended is None:
        return pod.message or "Nothing says how it ended."
    if ended.reason == "OOMKilled":
        return (
            f"It used more memory than the {pod.memory_limit or 'amount'} it may: give it more with --memory, or train "
            "with a smaller --batch-size or --size."
        )
    if ended.exit_code in _TOLD_TO_STOP:
        return _why_stopped(pod, ended.exit_code)
    if ended.message:
        return f"{ended.reason}: {ended.message}"
    if ended.exit_code == _KILLED:
        return "It was killed (exit code 137)."
    return f"It ended with exit code {ended.exit_code}."


def _why_stopped(pod: PodState, exit_code: int) -> str:
    """Of a pod that was told to stop: nobody can press Ctrl-C in it."""
    if pod.deleted:
        return f"The pod was deleted, and so Kubernetes stopped it (exit code {exit_code})."
    if pod.message:
        return f"Kubernetes stopped it: {pod.message}"
    return f"Kubernetes stopped it (exit code {exit_code}): the pod was deleted, or its node shut down."
