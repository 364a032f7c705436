"""Which cluster, as whom, in which namespace: kubectl's own rules."""

import os
from pathlib import Path
from typing import Any

import yaml
from kubernetes import config
from kubernetes.client import ApiClient, Configuration

from detector.errors import ClusterError
from jobs.launch.cluster import Cluster

_OWN_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_UNREADABLE = (
    config.ConfigException, yaml.YAMLError, OSError,
    # The package checks little of what it reads.
    TypeError, ValueError, KeyError, AttributeError,
)  # fmt: skip


def connect(*, kubeconfig: Path | None, context: str | None, namespace: str | None) -> Cluster:
    """The cluster of `kubeconfig` (or $KUBECONFIG, or ~/.kube/config); inside a pod without one, the pod's own.

    `namespace` defaults to the context's, and that to "default". Nothing is asked yet.

    Raises:
        ClusterError: there is no such configuration or context, or it cannot be read.
    """
    settings = Configuration()
    # No retries in the client: the callers know which requests may be repeated.
    settings.retries = False
    if kubeconfig is None and not _has_kubeconfig() and "KUBERNETES_SERVICE_HOST" in os.environ:
        own = _in_cluster(settings)
    else:
        own = _from_kubeconfig(settings, kubeconfig, context)
    return Cluster(ApiClient(settings), namespace or own or "default")


def _has_kubeconfig() -> bool:
    paths = (os.environ.get("KUBECONFIG") or "~/.kube/config").split(os.pathsep)
    return any(Path(path).expanduser().is_file() for path in paths if path)


def _in_cluster(settings: Any) -> str | None:
    try:
        config.load_incluster_config(client_configuration=settings)
        return _OWN_NAMESPACE.read_text().strip() or None
    except (config.ConfigException, OSError) as error:
        raise ClusterError(
            f"This pod has no credentials for the cluster ({error}): give it a service account."
        ) from error


def _from_kubeconfig(settings: Any, kubeconfig: Path | None, context: str | None) -> str | None:
    if kubeconfig is None and not _has_kubeconfig():
        raise ClusterError(
            "No cluster is configured: there is no ~/.kube/config and KUBECONFIG names none. Say --kubeconfig FILE."
        )
    path = None if kubeconfig is None else str(kubeconfig)
    try:
        config.load_kube_config(path, context, client_configuration=settings, persist_config=False)
        contexts, active = config.list_kube_config_contexts(path)
        chosen = next((c for c in contexts if c["name"] == context), active)
        return chosen.get("context", {}).get("namespace") or None
    except _UNREADABLE as error:
        place = path or os.environ.get("KUBECONFIG") or "~/.kube/config"
        raise ClusterError(f"{place} does not say how to reach a cluster: {error}") from error
