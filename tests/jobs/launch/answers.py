"""What a Kubernetes API server says, word for word where launching depends on the words.

Put together from the answers of API servers 1.30 to 1.36 as their documentation and issue threads show them; none was
recorded from a cluster of our own.
"""

from typing import Any

Json = dict[str, Any]

CREATED = "2026-11-24T10:00:00Z"
NO_ROOM = (
    "0/1 nodes are available: 1 Insufficient memory. no new claims to deallocate, preemption: 0/1 nodes are available: "
    "1 No preemption victims found for incoming pod."
)
NO_LOG = "unable to retrieve container logs for containerd://4f1d"
"""In place of the log, of a container that the node has removed."""
PULL_FAILED = (
    'failed to pull and unpack image "nowhere.example/train:1": failed to resolve reference "nowhere.example/train:1": '
    'failed to do request: Head "https://nowhere.example/v2/train/manifests/1": dial tcp: lookup nowhere.example on '
    "10.96.0.10:53: no such host"
)
SHUTDOWN = "Pod was terminated in response to imminent node shutdown."
NO_IMAGE = f'Back-off pulling image "nowhere.example/train:1": ErrImagePull: {PULL_FAILED}'
QUOTA = (
    'Error creating: pods "{job}-7k2lq" is forbidden: exceeded quota: small, requested: requests.memory=4Gi, used: '
    "requests.memory=1Gi, limited: requests.memory=2Gi"
)
POD_SECURITY = (
    'Error creating: pods "{job}-7k2lq" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true '
    '(pod or container "train" must set securityContext.runAsNonRoot=true)'
)
NO_CLAIM = 'persistentvolumeclaim "photos" not found. not found'
FAILED_MOUNT = (
    'MountVolume.SetUp failed for volume "pvc-1" : mount failed: exit status 32 mount.nfs: Connection refused for '
    "10.0.0.9:/export"
)
EVICTION = "Eviction API: evicting"


def status(code: int, reason: str, message: str, **details: Any) -> Json:
    """How the API server says no."""
    return {
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "details": details, "code": code,
    }  # fmt: skip


def forbidden(verb: str, resource: str, group: str = "") -> Json:
    return status(
        403,
        "Forbidden",
        f'{resource}{"." + group if group else ""} is forbidden: User "ada" cannot {verb} resource "{resource}" in API '
        f'group "{group}" in the namespace "detector"',
        group=group,
        kind=resource,
    )


def not_found(resource: str, name: str) -> Json:
    return status(404, "NotFound", f'{resource} "{name}" not found', name=name, kind=resource)


def expired() -> Json:
    return status(410, "Expired", "too old resource version: 3 (9)")


def unauthorized() -> Json:
    return status(401, "Unauthorized", "Unauthorized")


def pod(job: Json, name: str, *, number: int, **state: Any) -> Json:
    """A pod of a Job as its controller makes it; `state` is the status."""
    template = job["spec"]["template"]
    labels = {
        **template["metadata"]["labels"],
        "batch.kubernetes.io/controller-uid": job["metadata"]["uid"],
        "batch.kubernetes.io/job-name": job["metadata"]["name"],
        "controller-uid": job["metadata"]["uid"],
        "job-name": job["metadata"]["name"],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name, "generateName": f"{job['metadata']['name']}-", "namespace": "detector",
            "uid": f"pod-{number}", "creationTimestamp": f"2026-11-24T10:{number:02d}:00Z", "labels": labels,
            "finalizers": ["batch.kubernetes.io/job-tracking"],
        },
        "spec": template["spec"],
        "status": {"phase": "Pending", **state},
    }  # fmt: skip


def unschedulable(message: str = NO_ROOM) -> Json:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return {"phase": "Pending", "conditions": [condition]}


def waiting(reason: str, message: str = "") -> Json:
    return {"phase": "Pending", **_container({"waiting": {"reason": reason, "message": message}})}


def running() -> Json:
    return {"phase": "Running", **_container({"running": {"startedAt": CREATED}})}


def disrupted(message: str) -> Json:
    return {
        "type": "DisruptionTarget",
        "status": "True",
        "reason": "EvictionByEvictionAPI",
        "message": message,
    }


def terminated(
    exit_code: int,
    *,
    reason: str | None = None,
    disruption: str | None = None,
    message: str = "",
    pod_message: str = "",
) -> Json:
    ended = {
        "exitCode": exit_code,
        "reason": reason or ("Completed" if exit_code == 0 else "Error"),
        "message": message,
    }
    conditions = [{"type": "PodScheduled", "status": "True"}]
    if disruption is not None:
        conditions.append(disrupted(disruption))
    phase = "Succeeded" if exit_code == 0 else "Failed"
    said = {"message": pod_message} if pod_message else {}
    return {"phase": phase, "conditions": conditions, **said, **_container({"terminated": ended})}


def _container(state: Json) -> Json:
    one = {
        "name": "train",
        "image": "train",
        "imageID": "",
        "ready": False,
        "restartCount": 0,
        "state": state,
    }
    return {"containerStatuses": [one]}


def event(
    about: Json, reason: str, message: str, *, kind: str = "Warning", at: str = "2026-11-24T11:00:00Z"
) -> Json:
    """An Event about a Job or a pod."""
    metadata = about["metadata"]
    return {
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": f"{metadata['name']}.17f1", "namespace": "detector"},
        "involvedObject": {"kind": about["kind"], "name": metadata["name"], "uid": metadata["uid"]},
        "type": kind, "reason": reason, "message": message, "lastTimestamp": at, "count": 3, "eventTime": None,
    }  # fmt: skip
