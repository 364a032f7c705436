"""The state of a small API server: one namespace's Jobs and pods, and what tests tell it to say.

It starts nothing: tests are the cluster, or tests/jobs/launch/kubelet.py is. api_http.py puts it behind HTTP.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.jobs.launch import answers
from tests.jobs.launch.answers import Json

NAMESPACE = "detector"
DEADLINE_S = 30.0


@dataclass(slots=True)
class Log:
    """What a container printed, with the time of each line."""

    lines: list[str] = field(default_factory=list)
    ended: bool = False

    def write(self, text: str) -> None:
        number = len(self.lines)
        self.lines.append(f"2026-11-24T10:00:{number // 10:02d}.{number % 10}00000001Z {text}\n")


class ApiServer:
    """Its state may be changed by tests through the methods below, from any thread."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.jobs: dict[str, Json] = {}
        self.pods: dict[str, Json] = {}
        self.logs: dict[str, Log] = defaultdict(Log)
        self.events: list[Json] = []
        self.claims = {"store"}
        self.asked: list[tuple[str, str]] = []
        """Every request as the authoriser sees it: verb and resource."""
        self.queries: dict[tuple[str, str], dict[str, str]] = {}
        """The query of the last request of each kind."""
        self.bodies: list[Json] = []
        self.refusals: dict[tuple[str, str], list[Json]] = defaultdict(list)
        """Answers in place of the next ones to a verb and a resource; one with code 0 breaks the connection."""
        self.breaks_after: dict[str, int] = {}
        """Pods whose log breaks off, once, in the middle of the line after so many."""
        self.lost_answers = 0
        """So many Jobs are made without a word: the connection breaks before the answer."""
        self.closing = False
        """Watches and logs end at once."""
        self.on_job: Callable[[Json], None] = lambda job: None
        self._version = 10
        self._history: list[tuple[int, str, Json]] = []

    def put_pod(self, job: str, name: str, state: Json) -> Json:
        """Make a pod of the Job, or change its status."""
        with self.changed:
            existing = self.pods.get(name)
            made = existing or answers.pod(self.jobs[job], name, number=len(self.pods) + 1)
            made["status"] = state
            if "phase" in state and state["phase"] != "Pending":
                made["spec"] = {**made["spec"], "nodeName": "node-1"}
            self.pods[name] = made
            self._happened("MODIFIED" if existing else "ADDED", made)
            return made

    def remove_pod(self, name: str) -> None:
        with self.changed:
            self._happened("DELETED", self.pods.pop(name))
            self.logs[name].ended = True

    def write(self, pod: str, *lines: str | Json) -> None:
        """Let the pod print; a dictionary becomes a JSON line."""
        with self.changed:
            for line in lines:
                self.logs[pod].write(line if isinstance(line, str) else json.dumps(line))
            self.changed.notify_all()

    def end_pod(self, pod: str, state: Json) -> None:
        """The container ends, and then its status says so."""
        with self.changed:
            self.logs[pod].ended = True
            self.changed.notify_all()
        self.put_pod("", pod, state)

    def end_job(self, name: str, kind: str, reason: str = "", message: str = "") -> None:
        with self.changed:
            condition = {"type": kind, "status": "True", "reason": reason, "message": message}
            self.jobs[name].setdefault("status", {}).setdefault("conditions", []).append(condition)
            # The controller lets go of its pods, which those who watch them see.
            for pod in self.pods.values():
                if pod["metadata"]["labels"]["job-name"] == name:
                    self._happened("MODIFIED", pod)

    def report(self, event: Json) -> None:
        with self.changed:
            self.events.append(event)

    def close(self) -> None:
        with self.changed:
            self.closing = True
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[], Any]) -> Any:
        """The first truthy answer; fails after DEADLINE_S."""
        deadline = time.monotonic() + DEADLINE_S
        with self.changed:
            while not (answer := condition()):
                assert time.monotonic() < deadline, "nothing of the kind happened"
                self.changed.wait(0.05)
            return answer

    def the_job(self) -> Json:
        """The one that was submitted, once it was."""
        job: Json = self.wait_for(lambda: next(iter(self.jobs.values()), None))
        return job

    def next_version(self) -> str:
        self._version += 1
        return str(self._version)

    def _happened(self, kind: str, pod: Json) -> None:
        pod["metadata"]["resourceVersion"] = self.next_version()
        self._history.append((self._version, kind, json.loads(json.dumps(pod))))
        self.changed.notify_all()

    def happened_since(self, version: int) -> list[tuple[str, Json]]:
        return [(kind, pod) for number, kind, pod in self._history if number > version]
