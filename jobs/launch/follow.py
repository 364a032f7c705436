"""Following a Job from whatever state it is in to its end, over connections that break.

Nothing is remembered but which pods were read: each look takes the Job and its pods as they are now, so that a missed
change costs nothing.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from detector.errors import ClusterError
from jobs.launch.cluster import Cluster
from jobs.launch.log_stream import Position, new_lines
from jobs.launch.outcome import Outcome, failures, is_replaced, outcome, why
from jobs.launch.refusals import RefusedError, SilentError, UnreachableError
from jobs.launch.state import JobState, PodState
from jobs.launch.troubles import FOREVER, Trouble, trouble_of_job, trouble_of_pod
from jobs.train.events import INTERRUPTED, Event, OnEvent

LOOK_AGAIN_S = 3
"""Without a change of a pod, the Job and what is reported of it are looked at this often."""
ENDING_S = 1
"""The same once its pod is over: the Job is about to say what that means."""
UNREACHABLE_S = 600.0
"""How long no answer may come before following is given up; the Job is not touched by that."""
PAUSES_S = (0.5, 1.0, 2.0, 5.0)
"""Between tries; the last one from then on."""
LAST_READINGS = 3
"""How often the log of a pod that is over is asked for."""

Notice = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom to tell: `on_event` of training events, `on_line` of what else the pod prints, `notice` of the rest."""

    on_event: OnEvent
    on_line: Notice
    notice: Notice


@dataclass(slots=True)
class _Borne:
    """Since when there is one kind of trouble, and which details of it were told."""

    kind: str
    since: float
    told: list[str] = field(default_factory=list)

    def has_told(self, trouble: Trouble) -> bool:
        """Kubernetes words one cause in longer and shorter ways."""
        return any(trouble.detail in told or told in trouble.detail for told in self.told)


def follow(cluster: Cluster, name: str, listener: Listener, *, patience_s: float) -> Outcome:
    """Tell what happens to Job `name` until it has ended.

    Raises:
        ClusterError: it cannot start within `patience_s`, is gone, or cannot be followed any longer.
    """
    return _Follower(cluster, name, listener, patience_s).run()


class _Follower:
    def __init__(self, cluster: Cluster, name: str, listener: Listener, patience_s: float) -> None:
        self._cluster = cluster
        self._name = name
        self._listener = listener
        self._patience_s = patience_s
        self._over: set[str] = set()
        """Pods (by uid) that nothing more is to be heard of."""
        self._said: set[str] = set()
        self._trouble: _Borne | None = None
        """What keeps a pod from starting."""
        self._failures: dict[str, str] = {}
        """What trainings said of their failure, by the pod's uid."""
        self._ends_told: set[str] = set()
        """Pods (by uid) whose end was told."""
        self._reason = ""
        """Why the last of these was over."""

    def run(self) -> Outcome:
        while True:
            job, pods, version = self._look()
            last = pods[-1] if pods else None
            self._tell_of_ends(job, pods)
            if last is not None and last.started and last.uid not in self._over:
                self._read(last)
                continue
            if job.ended:
                return outcome(job, last, None if last is None else self._failures.get(last.uid))
            if last is None or not last.ended or is_replaced(job, pods):
                self._bear(self._find_trouble(job, last), last)
            self._wait(version, ENDING_S if last is not None and last.ended else LOOK_AGAIN_S)

    def _look(self) -> tuple[JobState, tuple[PodState, ...], str]:
        job = self._steadily(lambda: self._cluster.job(self._name))
        if job is None:
            raise ClusterError(f"Job {self._name} was deleted while it was followed.")
        # The pods last: a Job that has ended starts no other ones.
        pods, version = self._steadily(lambda: self._cluster.pods(self._name))
        return job, pods, version

    def _wait(self, version: str, timeout_s: int) -> None:
        began = time.monotonic()
        try:
            if self._cluster.wait_for_change(self._name, version, timeout_s=timeout_s):
                return
        except (UnreachableError, RefusedError):
            # Looking again says what is the matter, if anything is.
            pass
        # A proxy may end watches at once, which is no reason to hammer at the API server.
        time.sleep(max(0.0, min(PAUSES_S[1], began + timeout_s - time.monotonic())))

    def _find_trouble(self, job: JobState, last: PodState | None) -> Trouble | None:
        if last is not None and not last.ended:
            happenings = self._steadily(lambda: self._cluster.happenings(last.uid))
            return trouble_of_pod(last, happenings, patience_s=self._patience_s)
        since = "" if last is None else last.created
        happenings = self._steadily(lambda: self._cluster.happenings(job.uid))
        return trouble_of_job(
            job, tuple(h for h in happenings if h.time > since), patience_s=self._patience_s
        )

    def _bear(self, trouble: Trouble | None, pod: PodState | None) -> None:
        if trouble is None:
            self._trouble = None
            if pod is not None and pod.node is not None and not pod.ended:
                self._notice(f"Pod {pod.name} starts on {pod.node}.")
            return
        now = time.monotonic()
        if self._trouble is None or self._trouble.kind != trouble.kind:
            self._trouble = _Borne(trouble.kind, now)
        said = self._trouble.has_told(trouble)
        if now - self._trouble.since >= trouble.patience_s:
            raise ClusterError(
                f"{_sentence(trouble.summary if said else trouble.sentence)} Given up; the Job is still there: "
                f"{self._attach} follows it, `kubectl delete job {self._name} -n {self._cluster.namespace}` ends it."
            )
        if not said:
            limit = (
                ""
                if trouble.patience_s == FOREVER
                else f" Given up after {trouble.patience_s:.0f} s of this."
            )
            self._notice(f"Waiting. {_sentence(trouble.sentence)}{limit}")
            self._trouble.told.append(trouble.detail)

    @property
    def _attach(self) -> str:
        return f"`detector launch --attach {self._name} --namespace {self._cluster.namespace}`"

    def _tell_of_ends(self, job: JobState, pods: tuple[PodState, ...]) -> None:
        """Say of each pod that is over why it is, if another one follows: a Job may have that already."""
        for number, pod in enumerate(pods, 1):
            so_far = pods[:number]
            unread = pod.started and pod.uid not in self._over
            followed = number < len(pods) or is_replaced(job, so_far)
            if pod.uid in self._ends_told or unread or not pod.ended or not followed:
                continue
            disrupted = pod.disruption is not None
            reason = why(pod) if disrupted else self._failures.get(pod.uid, why(pod))
            told = "It failed for the same reason" if reason == self._reason else reason
            count = "" if disrupted else f" (retry {failures(so_far)} of {job.retries})"
            self._notice(
                f"Pod {pod.name} is over. {_sentence(told)} The next one goes on after the last finished epoch{count}."
            )
            self._ends_told.add(pod.uid)
            self._reason = reason

    def _read(self, pod: PodState) -> None:
        """Pass on the pod's log until it is over."""
        self._trouble = None
        position, readings, ended = Position(), 0, pod.ended
        while True:
            readings += ended
            trouble = self._read_once(pod, position, ended=ended)
            # A stream may end well and too early: what was read after the pod's end is all.
            if trouble is None and ended:
                break
            now = self._now(pod)
            if now is None:
                self._notice(f"Pod {pod.name} was deleted.")
                break
            if ended and readings >= LAST_READINGS:
                self._notice(f"The rest of the log of pod {pod.name} cannot be had. {trouble}")
                break
            if trouble is not None and not now.ended and not isinstance(trouble, SilentError):
                self._notice(f"The log of pod {pod.name} breaks off: {_sentence(str(trouble))} Trying again.")
            if trouble is not None and not now.ended and now.disruption is not None:
                self._notice(_lost_with_its_node(now))
            ended = now.ended
            time.sleep(PAUSES_S[0] if trouble is None else PAUSES_S[1])
        self._over.add(pod.uid)

    def _read_once(self, pod: PodState, position: Position, *, ended: bool) -> ClusterError | None:
        """Read what is new until the connection ends; what kept it from ending well."""
        try:
            with self._cluster.log(pod.name) as pieces:
                lines = new_lines(
                    pieces,
                    position,
                    ended=ended,
                    on_node_words=lambda words: self._notice(
                        f"The node cannot give all of the log of pod {pod.name}: {_sentence(words)}"
                    ),
                )
                for line in lines:
                    self._take(line, pod.uid)
        except (UnreachableError, RefusedError) as error:
            return error
        return None

    def _now(self, pod: PodState) -> PodState | None:
        pods, _ = self._steadily(lambda: self._cluster.pods(self._name))
        return next((other for other in pods if other.uid == pod.uid), None)

    def _take(self, line: str, uid: str) -> None:
        event = _event(line)
        if event is None:
            # The line with the training's own error is left to the end, where it is printed with the exit code.
            if line.strip() != f"error: {self._failures.get(uid)}":
                self._listener.on_line(line)
            return
        # Of an interruption the training knows no more than that: the pod's own state says who stopped it.
        if event["event"] == "failed" and event.get("code") != INTERRUPTED:
            self._failures[uid] = str(event.get("message") or event.get("code"))
        self._listener.on_event(event)

    def _notice(self, text: str) -> None:
        """Say it, unless it was said before."""
        if text not in self._said:
            self._said.add(text)
            self._listener.notice(text)

    def _steadily(self, ask: Callable[[], T]) -> T:
        """Ask until an answer comes, for as long as UNREACHABLE_S."""
        deadline, tries, said = time.monotonic() + UNREACHABLE_S, 0, ""
        while True:
            try:
                answer = ask()
            except UnreachableError as error:
                if time.monotonic() >= deadline:
                    raise ClusterError(
                        f"{error.message} The Job may well go on: {self._attach} follows it once the cluster can be "
                        "reached."
                    ) from error
                said = f"{_sentence(error.message)} Trying again."
                self._notice(said)
            else:
                self._said.discard(said)
                return answer
            time.sleep(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
            tries += 1


def _event(line: str) -> Event | None:
    """The training event that a line is, if it is one."""
    if not line.startswith("{"):
        return None
    try:
        event: Any = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def _lost_with_its_node(pod: PodState) -> str:
    """Kubernetes starts no other pod as long as this one may still be writing, and cannot know that on its own."""
    return (
        f"Pod {pod.name} is being taken from its node ({pod.disruption}) and does not answer. If the node is gone for "
        f"good, say so: `kubectl taint node {pod.node} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute` ends "
        "the pod, and the next one goes on after the last finished epoch."
    )


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
