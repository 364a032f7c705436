"""Following a Job in a thread, so that a test can be the cluster meanwhile."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jobs.launch.cluster import Cluster
from jobs.launch.follow import Listener, follow
from jobs.launch.launch import submit
from jobs.launch.outcome import Outcome
from jobs.launch.request import LaunchRequest
from tests.jobs.launch import answers
from tests.jobs.launch.answers import running, terminated, unschedulable, waiting
from tests.jobs.launch.api_server import DEADLINE_S, ApiServer

JOB = "train-1"
A, B = f"{JOB}-aaaaa", f"{JOB}-bbbbb"
"""Its first pods."""
REQUEST = LaunchRequest(image="train:1", job_name=JOB, retries=2)


@dataclass(slots=True)
class Following:
    """What was told so far."""

    server: ApiServer
    events: list[Any] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    result: "Future[Outcome] | None" = None

    def names(self) -> list[str]:
        return [event["event"] for event in self.events]

    def wait_for_notice(self, words: str) -> None:
        self.server.wait_for(lambda: words in " ".join(self.notices))

    def wait_for_events(self, *names: str) -> None:
        self.server.wait_for(lambda: self.names() == list(names))

    def outcome(self) -> Outcome:
        assert self.result is not None
        return self.result.result(DEADLINE_S)


@contextmanager
def following(server: ApiServer, cluster: Cluster, *, patience_s: float = 30.0) -> Iterator[Following]:
    """Submit REQUEST and follow it."""
    if JOB not in server.jobs:
        submit(cluster, REQUEST)
    told = Following(server)
    listener = Listener(told.events.append, told.lines.append, told.notices.append)
    with ThreadPoolExecutor(1) as pool:
        told.result = pool.submit(follow, cluster, JOB, listener, patience_s=patience_s)
        try:
            yield told
        finally:
            # A test that failed must not wait for a Job that will never end.
            if not told.result.done():
                server.jobs.clear()
                server.close()


def event(name: str, **fields: object) -> answers.Json:
    return {"event": name, "time": "2026-11-24T10:00:00.000+00:00", **fields}


def start(server: ApiServer, pod: str = A) -> None:
    """In one step: what is said of a pod that waits is for the tests of waiting."""
    with server.changed:
        server.put_pod(JOB, pod, unschedulable("0/1 nodes are available: 1 node is starting."))
        server.put_pod(JOB, pod, waiting("ContainerCreating"))
        server.put_pod(JOB, pod, running())


def complete(server: ApiServer, pod: str = A) -> None:
    server.end_pod(pod, terminated(0))
    server.end_job(JOB, "SuccessCriteriaMet")
    server.end_job(JOB, "Complete")
