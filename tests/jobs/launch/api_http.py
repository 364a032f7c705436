"""The small API server over HTTP: the routes that a launch uses, watches, logs that are followed, and refusals."""

import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.jobs.launch import answers
from tests.jobs.launch.answers import Json
from tests.jobs.launch.api_server import NAMESPACE, ApiServer

_ROUTES = {
    "namespaces": re.compile(r"/api/v1/namespaces/(?P<ns>(?P<name>[^/]+))"),
    "jobs": re.compile(r"/apis/batch/v1/namespaces/(?P<ns>[^/]+)/jobs(?:/(?P<name>[^/]+))?"),
    "pods": re.compile(r"/api/v1/namespaces/(?P<ns>[^/]+)/pods"),
    "pods/log": re.compile(r"/api/v1/namespaces/(?P<ns>[^/]+)/pods/(?P<name>[^/]+)/log"),
    "events": re.compile(r"/api/v1/namespaces/(?P<ns>[^/]+)/events"),
    "persistentvolumeclaims": re.compile(
        r"/api/v1/namespaces/(?P<ns>[^/]+)/persistentvolumeclaims/(?P<name>[^/]+)"
    ),
}
_VERBS = {"POST": "create", "DELETE": "delete"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Who has seen enough of a watch hangs up.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    state: ApiServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_DELETE = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""

    def _serve(self) -> None:
        url = urlsplit(self.path)
        self.query = {key: values[0] for key, values in parse_qs(url.query).items()}
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        for resource, pattern in _ROUTES.items():
            if match := pattern.fullmatch(url.path):
                self._route(resource, match["ns"], match.groupdict().get("name"), body)
                return
        self._answer(answers.status(404, "NotFound", "the server could not find the requested resource"))

    def _route(self, resource: str, namespace: str, name: str | None, body: Json) -> None:
        watch = self.query.get("watch") == "true"
        verb = _VERBS.get(self.command) or ("watch" if watch else "get" if name else "list")
        with self.state.changed:
            self.state.asked.append((verb, resource))
            self.state.queries[verb, resource] = self.query
            refusals = self.state.refusals[verb, resource]
            refusal = refusals.pop(0) if refusals else None
        if refusal is not None and refusal.get("type") == "ERROR":
            self._begin("application/json")
            self._chunk(json.dumps(refusal) + "\n")
            self._chunk("")
        elif refusal is not None:
            self._answer(refusal)
        elif self.headers.get("Authorization") != "Bearer secret":
            self._answer(answers.unauthorized())
        elif namespace != NAMESPACE:
            # Only what makes something is told that the namespace is missing.
            missing = ("namespaces", namespace) if name is None else (resource, name)
            self._answer(answers.not_found(*missing))
        elif verb == "watch":
            self._watch()
        elif resource == "pods/log":
            self._log(str(name))
        else:
            answer = getattr(self, f"_{verb}_{resource}")(name, body)
            if answer is not None:
                self._answer(answer)

    def _create_jobs(self, name: str | None, body: Json) -> Json | None:
        state, wanted = self.state, body["metadata"]["name"]
        with state.changed:
            state.bodies.append(body)
            if wanted in state.jobs:
                return answers.status(409, "AlreadyExists", f'jobs.batch "{wanted}" already exists')
            body["metadata"] |= {
                "uid": f"job-{wanted}",
                "namespace": NAMESPACE,
                "creationTimestamp": answers.CREATED,
            }
            state.jobs[wanted] = body
            state.changed.notify_all()
            lost = state.lost_answers > 0
            state.lost_answers -= lost
        state.on_job(body)
        if lost:
            self._break()
            return None
        return body

    def _get_jobs(self, name: str, body: Json) -> Json:
        return self.state.jobs.get(name) or answers.not_found("jobs.batch", name)

    def _delete_jobs(self, name: str, body: Json) -> Json:
        with self.state.changed:
            job = self.state.jobs.get(name)
            if job is None:
                return answers.not_found("jobs.batch", name)
            if body.get("preconditions", {}).get("uid") not in (None, job["metadata"]["uid"]):
                return answers.status(409, "Conflict", "Precondition failed: UID in precondition")
            self.state.bodies.append(body)
            del self.state.jobs[name]
            self.state.changed.notify_all()
        return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}

    def _get_persistentvolumeclaims(self, name: str, body: Json) -> Json:
        if name in self.state.claims:
            return {"kind": "PersistentVolumeClaim", "apiVersion": "v1", "metadata": {"name": name}}
        return answers.not_found("persistentvolumeclaims", name)

    def _get_namespaces(self, name: str, body: Json) -> Json:
        return {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name}}

    def _list_pods(self, name: None, body: Json) -> Json:
        with self.state.changed:
            version = self.state.next_version()
            return {"kind": "PodList", "metadata": {"resourceVersion": version}, "items": self._selected()}

    def _selected(self) -> list[Json]:
        key, _, value = self.query["labelSelector"].partition("=")
        return [
            json.loads(json.dumps(p))
            for p in self.state.pods.values()
            if p["metadata"]["labels"].get(key) == value
        ]

    def _list_events(self, name: None, body: Json) -> Json:
        _, _, uid = self.query["fieldSelector"].partition("involvedObject.uid=")
        items = [event for event in self.state.events if event["involvedObject"]["uid"] == uid]
        return {"kind": "EventList", "metadata": {"resourceVersion": "1"}, "items": items}

    def _watch(self) -> None:
        since = int(self.query["resourceVersion"])
        deadline = time.monotonic() + float(self.query["timeoutSeconds"])
        self._begin("application/json")
        with self.state.changed:
            while not (news := self.state.happened_since(since)) and time.monotonic() < deadline:
                if self.state.closing:
                    break
                self.state.changed.wait(0.05)
        for kind, pod in news:
            self._chunk(json.dumps({"type": kind, "object": pod}) + "\n")
        self._chunk("")

    def _log(self, pod: str) -> None:
        if pod not in self.state.pods:
            self._answer(answers.not_found("pods", pod))
            return
        assert self.query["timestamps"] == "true"
        log, sent = self.state.logs[pod], 0
        self._begin("text/plain")
        while True:
            with self.state.changed:
                while len(log.lines) <= sent and not (log.ended or self.state.closing):
                    self.state.changed.wait(0.05)
                lines, ended = log.lines[sent:], log.ended or self.state.closing
                limit = self.state.breaks_after.get(pod)
                if limit is not None and sent + len(lines) > limit:
                    del self.state.breaks_after[pod]
                    broken = "".join(lines)[: sum(map(len, lines[: limit - sent])) + 40]
                else:
                    broken = None
            if broken is not None:
                self._chunk(broken)
                self._break()
                return
            if lines:
                self._chunk("".join(lines))
            sent += len(lines)
            if ended and sent == len(log.lines):
                self._chunk("")
                return

    def _answer(self, answer: Json) -> None:
        if answer.get("code") == 0:
            self._break()
            return
        content = json.dumps(answer).encode()
        self.send_response(answer.get("code", 200) if answer.get("kind") == "Status" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _begin(self, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _break(self) -> None:
        """Close without a word, in the middle of whatever it is."""
        self.wfile.flush()
        self.close_connection = True


@contextmanager
def api_server() -> Iterator[tuple[ApiServer, str]]:
    """The server and its address, until the context ends."""
    state = ApiServer()
    handler = type("BoundHandler", (_Handler,), {"state": state})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def write_kubeconfig(folder: Path, address: str, *, namespace: str | None = NAMESPACE) -> Path:
    """A kubeconfig for the server at `address`."""
    context = {"cluster": "here", "user": "ada"} | ({"namespace": namespace} if namespace else {})
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "clusters": [{"name": "here", "cluster": {"server": address}}],
        "users": [{"name": "ada", "user": {"token": "secret"}}],
        "contexts": [{"name": "here", "context": context}],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(content))
    return path
