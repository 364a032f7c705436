"""The restricted profile of the Pod Security Standards, control by control.

https://kubernetes.io/docs/concepts/security/pod-security-standards/ as of Kubernetes 1.36.
"""

from collections.abc import Iterator
from typing import Any

ALLOWED_VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
}  # fmt: skip


def violations(template: dict[str, Any]) -> list[str]:
    """What the API server of a namespace that enforces `restricted` would refuse in this pod template."""
    spec = template["spec"]
    return [
        *_of_pod(spec),
        *(fault for container in _containers(spec) for fault in _of_container(container, spec)),
    ]


def _containers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [c for key in ("initContainers", "containers", "ephemeralContainers") for c in spec.get(key, ())]


def _of_pod(spec: dict[str, Any]) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield field
    for volume in spec.get("volumes", ()):
        kinds = set(volume) - {"name"}
        if not kinds <= ALLOWED_VOLUMES:
            yield f"volume {volume['name']}: {kinds}"
    if spec.get("securityContext", {}).get("sysctls"):
        yield "sysctls"


def _of_container(container: dict[str, Any], spec: dict[str, Any]) -> Iterator[str]:
    name, own = container["name"], container.get("securityContext", {})
    either = spec.get("securityContext", {}) | own
    if own.get("privileged"):
        yield f"{name}: privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{name}: allowPrivilegeEscalation"
    if own.get("procMount", "Default") != "Default":
        yield f"{name}: procMount"
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", ()):
        yield f"{name}: capabilities are not dropped"
    if not set(capabilities.get("add", ())) <= {"NET_BIND_SERVICE"}:
        yield f"{name}: capabilities are added"
    if either.get("runAsNonRoot") is not True:
        yield f"{name}: runAsNonRoot"
    if either.get("runAsUser") == 0:
        yield f"{name}: runAsUser"
    if either.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield f"{name}: seccompProfile"
    if any(port.get("hostPort") for port in container.get("ports", ())):
        yield f"{name}: hostPort"
    handlers = [container.get("lifecycle", {}).get(moment, {}) for moment in ("preStop", "postStart")]
    probes = [container.get(f"{kind}Probe", {}) for kind in ("startup", "liveness", "readiness")]
    if any(
        action.get("host")
        for handler in (*handlers, *probes)
        for action in handler.values()
        if _is_map(action)
    ):
        yield f"{name}: a probe or a hook names a host"


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)
