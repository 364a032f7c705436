"""The Job: one pod at a time that trains, replaced when it dies and not when the person made a mistake."""

import re
import secrets
from typing import Any

from detector.errors import (
    BaseWeightsError,
    DatasetError,
    ExportError,
    InvalidRequestError,
    OutOfMemoryError,
)
from jobs.launch.request import LaunchRequest

CONTAINER = "train"
DATA, STORE = "/data", "/store"
USER = 10001
"""Of the image; the store's files belong to it."""
LABELS = {
    "app.kubernetes.io/name": "pocket-detector",
    "app.kubernetes.io/component": "train",
    "app.kubernetes.io/part-of": "pocket-detector",
    "app.kubernetes.io/managed-by": "detector-launch",
}
LAUNCH_ID = "pocket-detector/launch-id"
"""Annotation with the request's launch_id."""

NOT_RETRIED = sorted(
    error.exit_code
    for error in (InvalidRequestError, DatasetError, BaseWeightsError, ExportError, OutOfMemoryError)
)
"""Exit codes that the next pod would end with too. Not the store's: a disk comes back, and so does a lock that a dead
node held."""
NOT_RUNNABLE = [126, 127]
"""What a shell says of a command that is not there: another image."""


def generated_name(model: str) -> str:
    """A name for a Job that no other one has."""
    readable = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")[:40].strip("-") or "model"
    return f"train-{readable}-{secrets.token_hex(3)}"


def job_manifest(request: LaunchRequest) -> dict[str, Any]:
    """The Job as it is sent. Its pods meet the restricted profile of the Pod Security Standards and need no network."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": request.job_name,
            "labels": LABELS,
            "annotations": {LAUNCH_ID: request.launch_id},
        },
        "spec": {
            "backoffLimit": request.retries,
            "ttlSecondsAfterFinished": round(request.kept_hours * 3600),
            # Two pods must never train one run: the next one starts when the last one has certainly ended.
            "podReplacementPolicy": "Failed",
            "podFailurePolicy": {
                "rules": [
                    # Taken from its node (drained, preempted, evicted): no fault of the training, and not counted.
                    {
                        "action": "Ignore",
                        "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
                    },
                    {
                        "action": "FailJob",
                        "onExitCodes": {
                            "containerName": CONTAINER,
                            "operator": "In",
                            "values": [*NOT_RETRIED, *NOT_RUNNABLE],
                        },
                    },
                ]
            },
            "template": {"metadata": {"labels": LABELS}, "spec": _pod(request)},
        },
    }


def _pod(request: LaunchRequest) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(request)],
        "volumes": [
            {"name": "tmp", "emptyDir": {}},
            {"name": "store", "persistentVolumeClaim": {"claimName": request.store_claim}},
        ],
    }
    if request.dataset_claim is not None:
        claim = {"claimName": request.dataset_claim}
        spec["volumes"].append({"name": "data", "persistentVolumeClaim": claim})
    if request.pull_secret is not None:
        spec["imagePullSecrets"] = [{"name": request.pull_secret}]
    if request.service_account is not None:
        spec["serviceAccountName"] = request.service_account
    if request.node_selector:
        spec["nodeSelector"] = dict(request.node_selector)
    return spec


def _container(request: LaunchRequest) -> dict[str, Any]:
    mounts = [{"name": "tmp", "mountPath": "/tmp"}, _mount("store", STORE, request.store_sub_path)]
    if request.dataset_claim is not None:
        mounts.append({**_mount("data", DATA, request.dataset_sub_path), "readOnly": True})
    return {
        "name": CONTAINER,
        "image": request.image,
        "imagePullPolicy": request.pull_policy,
        "args": train_arguments(request),
        "resources": {
            # Without a limit on the processor, training uses what is idle.
            "requests": {"cpu": request.cpu, "memory": request.memory},
            "limits": {"memory": request.memory},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts,
    }


def train_arguments(request: LaunchRequest) -> list[str]:
    """What the image's `detector` is called with."""
    data = [] if request.dataset_claim is None else ["/".join(filter(None, (DATA, request.data)))]
    return ["train", *data, f"--store={STORE}", "--json", *request.train_options, f"--name={request.model}"]


def _mount(volume: str, path: str, sub_path: str | None) -> dict[str, Any]:
    mount = {"name": volume, "mountPath": path}
    return mount if sub_path is None else {**mount, "subPath": sub_path}
