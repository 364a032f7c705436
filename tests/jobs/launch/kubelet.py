"""A kubelet and a Job controller small enough to read: a pod is the container's command, run on this machine.

The controller goes by the Job's own podFailurePolicy and backoffLimit, as
https://kubernetes.io/docs/concepts/workloads/controllers/job/ describes them, without its pauses.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.jobs.launch.answers import Json, running, terminated
from tests.jobs.launch.api_server import ApiServer

DEADLINE_S = 200.0


@dataclass(slots=True)
class Kubelet:
    """Where claims lie on this machine, and the pods that were started, by name."""

    server: ApiServer
    volumes: dict[str, Path]
    pods: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)
    threads: list[threading.Thread] = field(default_factory=list)

    def run(self, job: Json) -> None:
        """Run a Job to its end, in a thread."""
        thread = threading.Thread(target=self._control, args=(job,))
        self.threads.append(thread)
        thread.start()

    def _control(self, job: Json) -> None:
        name, spec = job["metadata"]["name"], job["spec"]
        _, fail = spec["podFailurePolicy"]["rules"]
        for number in range(spec["backoffLimit"] + 1):
            exit_code = self._run_pod(job, f"{name}-{number:05d}")
            if exit_code == 0:
                self.server.end_job(name, "Complete")
                return
            if exit_code in fail["onExitCodes"]["values"]:
                break
        self.server.end_job(name, "Failed", message=f"the last exit code is {exit_code}")

    def _run_pod(self, job: Json, pod: str) -> int:
        (container,) = job["spec"]["template"]["spec"]["containers"]
        command = [sys.executable, "-c", "from jobs.cli import main; main()", *self._arguments(container)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            self.pods[pod] = process
            self.server.put_pod(job["metadata"]["name"], pod, running())
            assert process.stdout is not None
            for line in process.stdout:
                self.server.write(pod, line.rstrip("\n"))
        # A signal's number as a container runtime tells it.
        code = process.returncode
        exit_code = code if code >= 0 else 128 - code
        self.server.end_pod(pod, terminated(exit_code))
        return exit_code

    def _arguments(self, container: Json) -> list[str]:
        """The container's, with the paths that its volumes have here."""
        arguments = list(container["args"])
        for mount in container["volumeMounts"]:
            if mount["name"] in self.volumes:
                place = str(self.volumes[mount["name"]])
                arguments = [argument.replace(mount["mountPath"], place) for argument in arguments]
        return arguments


@contextmanager
def kubelet(server: ApiServer, **volumes: Path) -> Iterator[Kubelet]:
    """Run every Job that is submitted; nothing is left running at the end."""
    node = Kubelet(server, volumes)
    server.on_job = node.run
    try:
        yield node
    finally:
        for process in node.pods.values():
            process.kill()
        for thread in node.threads:
            thread.join(DEADLINE_S)
