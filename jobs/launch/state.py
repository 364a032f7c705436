"""Jobs and pods as the API server describes them, reduced to what following a training needs."""

from dataclasses import dataclass
from typing import Any

from jobs.launch.manifest import CONTAINER, LAUNCH_ID


@dataclass(frozen=True, slots=True)
class JobState:
    """`failure` is why it failed, for good; `retries` how many pods may be replaced."""

    name: str
    uid: str
    launch_id: str | None
    is_training: bool
    suspended: bool
    complete: bool
    failure: str | None
    retries: int

    @classmethod
    def of(cls, job: dict[str, Any]) -> "JobState":
        metadata, spec = job["metadata"], job["spec"]
        true = {c["type"]: c for c in job.get("status", {}).get("conditions") or () if c["status"] == "True"}
        failed = true.get("Failed")
        return cls(
            name=metadata["name"],
            uid=metadata["uid"],
            launch_id=metadata.get("annotations", {}).get(LAUNCH_ID),
            is_training=any(c["name"] == CONTAINER for c in spec["template"]["spec"]["containers"]),
            suspended=bool(spec.get("suspend")),
            complete="Complete" in true,
            failure=None
            if failed is None
            else failed.get("message") or failed.get("reason") or "no reason given",
            retries=spec.get("backoffLimit", 6),
        )

    @property
    def ended(self) -> bool:
        return self.complete or self.failure is not None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a container has not started."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Terminated:
    """How a container ended."""

    exit_code: int
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class PodState:
    """One try. `disruption` says who took it from its node; `phase` and `message` are Kubernetes' own.

    `deleted`: somebody or something has deleted it, also where it is still there.
    """

    name: str
    uid: str
    created: str
    phase: str
    message: str
    node: str | None
    unschedulable: str | None
    disruption: str | None
    waiting: Waiting | None
    terminated: Terminated | None
    running: bool
    memory_limit: str | None
    deleted: bool

    @classmethod
    def of(cls, pod: dict[str, Any]) -> "PodState":
        metadata, spec, status = pod["metadata"], pod["spec"], pod.get("status", {})
        conditions = {c["type"]: c for c in status.get("conditions") or ()}
        scheduled, disrupted = conditions.get("PodScheduled", {}), conditions.get("DisruptionTarget", {})
        state = _container_state(status)
        limits = next((c.get("resources", {}).get("limits") or {} for c in spec["containers"]), {})
        return cls(
            name=metadata["name"],
            uid=metadata["uid"],
            created=metadata.get("creationTimestamp") or "",
            phase=status.get("phase", "Pending"),
            message=status.get("message") or status.get("reason") or "",
            node=spec.get("nodeName"),
            unschedulable=scheduled.get("message") if scheduled.get("status") == "False" else None,
            disruption=(disrupted.get("message") or disrupted.get("reason") or "no reason given")
            if disrupted.get("status") == "True"
            else None,
            waiting=_waiting(state.get("waiting")),
            terminated=_terminated(state.get("terminated")),
            running="running" in state,
            memory_limit=limits.get("memory"),
            deleted=metadata.get("deletionTimestamp") is not None,
        )

    @property
    def started(self) -> bool:
        """There may be a log."""
        return self.running or self.terminated is not None

    @property
    def ended(self) -> bool:
        return self.phase in ("Succeeded", "Failed") or self.terminated is not None


def _container_state(status: dict[str, Any]) -> dict[str, Any]:
    for container in status.get("containerStatuses") or ():
        if container["name"] == CONTAINER:
            return dict(container.get("state") or {})
    return {}


def _waiting(state: dict[str, Any] | None) -> Waiting | None:
    return None if state is None else Waiting(state.get("reason") or "", state.get("message") or "")


def _terminated(state: dict[str, Any] | None) -> Terminated | None:
    if state is None:
        return None
    return Terminated(state["exitCode"], state.get("reason") or "", state.get("message") or "")
