"""Submitting a Job once, whatever the connection does, and following one that is there."""

import time

from detector.errors import ClusterError
from jobs.launch.cluster import Cluster
from jobs.launch.manifest import job_manifest
from jobs.launch.refusals import RefusedError, UnreachableError
from jobs.launch.request import LaunchRequest
from jobs.launch.state import JobState

TRIES = 5
PAUSE_S = 1.0
CONFLICT = 409


def submit(cluster: Cluster, request: LaunchRequest) -> JobState:
    """Make the Job.

    Raises:
        ClusterError: the namespace or a claim is missing, the name is taken, or the cluster refuses; nothing was
            submitted.
    """
    for claim in filter(None, (request.store_claim, request.dataset_claim)):
        if not cluster.has_claim(claim):
            raise _missing(cluster, claim)
    manifest = job_manifest(request)
    for remaining in reversed(range(TRIES)):
        try:
            return cluster.create_job(manifest)
        except UnreachableError:
            # It may have been made all the same: the next try finds it by its id.
            if not remaining:
                raise
        except RefusedError as error:
            if error.status == CONFLICT:
                return _ours(cluster, request)
            raise
        time.sleep(PAUSE_S)
    raise AssertionError("not reached")


def _missing(cluster: Cluster, claim: str) -> ClusterError:
    """A claim that is not there: of a namespace that is not there the API server says the same."""
    if not cluster.has_namespace():
        return ClusterError(
            f"There is no namespace {cluster.namespace!r} in this cluster: `kubectl get namespaces` shows those there "
            "are, --namespace chooses one, and `kubectl apply -k` of an overlay in deploy/k8s makes one."
        )
    return ClusterError(
        f"There is no PersistentVolumeClaim {claim!r} in namespace {cluster.namespace!r}: `kubectl get pvc -n "
        f"{cluster.namespace}` shows those there are; --namespace, --store-claim and --dataset-claim choose."
    )


def _ours(cluster: Cluster, request: LaunchRequest) -> JobState:
    """The Job that took the name, if this launch made it."""
    job = cluster.job(request.job_name)
    if job is None or job.launch_id != request.launch_id:
        raise ClusterError(
            f"There is a Job {request.job_name!r} already: --attach {request.job_name} follows it, another --job-name "
            "makes another."
        )
    return job


def existing(cluster: Cluster, name: str) -> JobState:
    """The training of that name. Raises ClusterError if there is none."""
    job = cluster.job(name)
    if job is None:
        raise ClusterError(
            f"There is no Job {name!r} in namespace {cluster.namespace!r}: `kubectl get jobs -n {cluster.namespace}` "
            "shows those there are."
        )
    if not job.is_training:
        raise ClusterError(f"Job {name!r} is not a training: it has no container called `train`.")
    return job


def withdraw(cluster: Cluster, name: str, *, launch_id: str | None) -> bool:
    """Delete the Job and its pods; whether there was one. With `launch_id`, only the one of that launch.

    Raises:
        ClusterError: the cluster does not answer, or refuses.
    """
    for remaining in reversed(range(TRIES)):
        try:
            job = cluster.job(name)
            if job is None or launch_id not in (None, job.launch_id):
                return False
            cluster.delete_job(name, uid=job.uid)
            return True
        except UnreachableError:
            if not remaining:
                raise
        time.sleep(PAUSE_S)
    raise AssertionError("not reached")
