"""The few calls to the Kubernetes API that a launch makes, in one namespace."""

import contextlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import urllib3
from kubernetes.client import ApiException, BatchV1Api, CoreV1Api

from jobs.launch.manifest import CONTAINER
from jobs.launch.refusals import RefusedError, SilentError, translated
from jobs.launch.state import JobState, PodState

CONNECT_S, ANSWER_S = 10.0, 30.0
SILENCE_S = 60.0
"""A log that says nothing for so long is asked for again: a connection that died says nothing either."""
WATCH_SLACK_S = 5.0


@dataclass(frozen=True, slots=True)
class Happening:
    """An Event of Kubernetes, such as why a pod could not be made; `warning` tells it from the ordinary ones.

    `time` is when it was last seen, RFC 3339 in UTC.
    """

    time: str
    reason: str
    message: str
    warning: bool


class Cluster:
    """One namespace of a cluster.

    Every method raises UnreachableError when no answer comes and RefusedError when the answer is no.
    """

    def __init__(self, api: Any, namespace: str) -> None:
        """`api` is a configured `kubernetes.client.ApiClient`."""
        self._batch: Any = BatchV1Api(api)
        self._core: Any = CoreV1Api(api)
        self._host = str(api.configuration.host)
        self.namespace = namespace

    def create_job(self, manifest: dict[str, Any]) -> JobState:
        """Submit a Job; fields that the API server does not know are refused, not dropped."""
        created = self._json(
            f"create Jobs in namespace {self.namespace}",
            self._batch.create_namespaced_job,
            body=manifest,
            field_validation="Strict",
        )
        return JobState.of(created)

    def job(self, name: str) -> JobState | None:
        """The Job, or None if there is none of that name."""
        found = self._found(f"read Job {name}", self._batch.read_namespaced_job, name=name)
        return None if found is None else JobState.of(found)

    def delete_job(self, name: str, *, uid: str) -> None:
        """Delete the Job and its pods; nothing happens if it is not there, or is another one than `uid`."""
        body = {"propagationPolicy": "Background", "preconditions": {"uid": uid}}
        try:
            self._json(f"delete Job {name}", self._batch.delete_namespaced_job, name=name, body=body)
        except RefusedError as error:
            if error.status not in (404, 409):
                raise

    def pods(self, job: str) -> tuple[tuple[PodState, ...], str]:
        """The Job's pods, the oldest first, and the version of that list for `wait_for_change`."""
        listed = self._json(
            f"list pods in namespace {self.namespace}",
            self._core.list_namespaced_pod,
            label_selector=_of_job(job),
        )
        pods = sorted(map(PodState.of, listed["items"]), key=lambda pod: (pod.created, pod.name))
        return tuple(pods), listed["metadata"]["resourceVersion"]

    def wait_for_change(self, job: str, since: str, *, timeout_s: int) -> bool:
        """Whether anything happened to the Job's pods since that version of their list, within the time.

        It is only a hint to look again, whatever it says: also that the version has expired (410).
        """
        with self._translating("watch pods"):
            response = self._core.list_namespaced_pod(
                self.namespace,
                label_selector=_of_job(job),
                resource_version=since,
                timeout_seconds=timeout_s,
                watch=True,
                _preload_content=False,
                _request_timeout=(CONNECT_S, timeout_s + WATCH_SLACK_S),
            )
            try:
                return any(response.stream(amt=None, decode_content=False))
            finally:
                response.close()

    def happenings(self, uid: str) -> tuple[Happening, ...]:
        """What Kubernetes reports of the object with that uid, the latest last; nothing where that may not be read."""
        with contextlib.suppress(RefusedError):
            listed = self._json(
                "list events", self._core.list_namespaced_event, field_selector=f"involvedObject.uid={uid}"
            )
            return tuple(sorted(map(_happening, listed["items"]), key=lambda happening: happening.time))
        return ()

    def has_claim(self, name: str) -> bool:
        """Whether there is a PersistentVolumeClaim of that name; if that may not be read, the pod will tell."""
        try:
            claim = self._found(
                f"read claim {name}", self._core.read_namespaced_persistent_volume_claim, name=name
            )
        except RefusedError as error:
            if error.status == 403:
                return True
            raise
        return claim is not None

    def has_namespace(self) -> bool:
        """Whether the namespace is there; also True where that may not be read."""
        try:
            with self._translating(f"read namespace {self.namespace}"):
                self._core.read_namespace(
                    self.namespace, _preload_content=False, _request_timeout=(CONNECT_S, ANSWER_S)
                )
        except RefusedError as error:
            return error.status != 404
        return True

    @contextmanager
    def log(self, pod: str) -> Iterator[Iterator[bytes]]:
        """The log from its beginning and on, as pieces of any length, each line behind the time it was written.

        Raises SilentError too: the training may have nothing to say, or the connection may be dead.
        """
        with self._translating(f"read the log of pod {pod}"):
            response = self._core.read_namespaced_pod_log(
                pod,
                self.namespace,
                container=CONTAINER,
                follow=True,
                timestamps=True,
                _preload_content=False,
                _request_timeout=(CONNECT_S, SILENCE_S),
            )
            try:
                yield response.stream(amt=None, decode_content=False)
            except urllib3.exceptions.ReadTimeoutError as error:
                raise SilentError(f"The log of pod {pod} says nothing for {SILENCE_S:.0f} s.") from error
            finally:
                # Not returned to the pool: the rest of the log may be on its way.
                response.close()

    def _found(self, doing: str, call: Any, **arguments: Any) -> dict[str, Any] | None:
        try:
            return self._json(doing, call, **arguments)
        except RefusedError as error:
            if error.status == 404:
                return None
            raise

    def _json(self, doing: str, call: Any, **arguments: Any) -> dict[str, Any]:
        with self._translating(doing):
            # As plain JSON: the client's own models refuse what a newer server may say.
            response = call(
                namespace=self.namespace,
                _preload_content=False,
                _request_timeout=(CONNECT_S, ANSWER_S),
                **arguments,
            )
            answer: dict[str, Any] = json.loads(response.data)
            return answer

    @contextmanager
    def _translating(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (ApiException, urllib3.exceptions.HTTPError, OSError, json.JSONDecodeError) as error:
            raise translated(error, doing=doing, host=self._host) from error


def _of_job(job: str) -> str:
    return f"batch.kubernetes.io/job-name={job}"


def _happening(event: dict[str, Any]) -> Happening:
    return Happening(
        _last_seen(event),
        event.get("reason") or "",
        event.get("message") or "",
        event.get("type") == "Warning",
    )


def _last_seen(event: dict[str, Any]) -> str:
    series = event.get("series") or {}
    times = (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"))
    return next(filter(None, times), None) or event["metadata"].get("creationTimestamp") or ""
