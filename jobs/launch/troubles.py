"""Why a training has not started, in one sentence, and how long that may last."""

import re
from dataclasses import dataclass

from jobs.launch.cluster import Happening
from jobs.launch.state import JobState, PodState

IMAGE_PATIENCE_S = 30.0
"""A registry may fail once; a name that is wrong stays wrong."""
FOREVER = float("inf")

_NEVER = {"InvalidImageName", "ErrImageNeverPull"}
_IMAGE = {
    "ErrImagePull",
    "ImagePullBackOff",
    "RegistryUnavailable",
    "ImageInspectError",
    "SignatureValidationFailed",
}
_ORDINARY = {"", "ContainerCreating", "PodInitializing"}
_SCALING_UP = "TriggeredScaleUp"
_PREEMPTION = re.compile(r" (no new claims to deallocate, )?preemption: .*", re.DOTALL)
"""The scheduler's second sentence: that nothing less important can make room."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps a pod from starting. After `patience_s` seconds of one `kind` it is given up.

    `summary` is ours, `detail` what Kubernetes says of it, if anything.
    """

    kind: str
    summary: str
    detail: str
    patience_s: float

    @property
    def sentence(self) -> str:
        return f"{self.summary}: {self.detail}" if self.detail else self.summary


def trouble_of_pod(pod: PodState, happenings: tuple[Happening, ...], *, patience_s: float) -> Trouble | None:
    """Of a pod that has not started; None where it just takes its time. `happenings` are the pod's."""
    if pod.unschedulable is not None:
        if any(happening.reason == _SCALING_UP for happening in happenings):
            return Trouble(
                "scaling", "The cluster adds a node for the pod", _no_room(pod.unschedulable), FOREVER
            )
        return Trouble("node", _NO_NODE, _no_room(pod.unschedulable), patience_s)
    waiting = pod.waiting
    if waiting is not None and waiting.reason not in _ORDINARY:
        summary = _WHAT.get(waiting.reason, "The container does not start")
        detail = waiting.message or waiting.reason
        if waiting.reason in _NEVER:
            return Trouble("image", summary, detail, 0.0)
        return Trouble("container", summary, detail, min(IMAGE_PATIENCE_S, patience_s))
    warning = _last_warning(happenings)
    if warning is None:
        return None
    if warning.reason == "FailedScheduling":
        # Warnings outlive their cause: the pod may have its node by now.
        return (
            None if pod.node is not None else Trouble("node", _NO_NODE, _no_room(warning.message), patience_s)
        )
    return Trouble("pod", f"The pod does not start ({warning.reason})", warning.message, patience_s)


def trouble_of_job(job: JobState, happenings: tuple[Happening, ...], *, patience_s: float) -> Trouble | None:
    """Of a Job that waits for a pod; `happenings` are the Job's since it had the last one."""
    if job.suspended:
        return Trouble(
            "suspended", f"Job {job.name} is suspended", "something or someone else has to resume it", FOREVER
        )
    warning = _last_warning(happenings)
    if warning is None or warning.reason != "FailedCreate":
        return None
    if "exceeded quota" in warning.message:
        return Trouble("quota", "The namespace's quota is used up", warning.message, patience_s)
    if "violates PodSecurity" in warning.message or " is forbidden: " in warning.message:
        return Trouble("policy", "The namespace does not allow the pod", warning.message, 0.0)
    return Trouble("creation", "The pod cannot be made", warning.message, patience_s)


_WHAT = dict.fromkeys(_NEVER | _IMAGE, "The image cannot be pulled") | {
    "CreateContainerConfigError": "The container cannot be made",
    "CreateContainerError": "The container cannot be made",
    "RunContainerError": "The container cannot be run",
}


_NO_NODE = "No node takes the pod"


def _no_room(message: str) -> str:
    return _PREEMPTION.sub("", message)


def _last_warning(happenings: tuple[Happening, ...]) -> Happening | None:
    warnings = [happening for happening in happenings if happening.warning]
    return warnings[-1] if warnings else None
