"""`detector launch` as a person uses it: what it prints, and what it ends with."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from jobs.cli import main
from jobs.launch import follow as follow_module
from jobs.launch.cluster import Cluster
from jobs.launch.launch import withdraw
from tests.deploy.k8s.rendered import K8S
from tests.jobs.launch import answers
from tests.jobs.launch.answers import running, terminated
from tests.jobs.launch.api_server import DEADLINE_S, ApiServer

PUBLISHED = {
    "event": "published", "time": "2026-11-24T10:00:00.000+00:00", "name": "zoo", "version": 1, "channel": "stable",
    "ap50": 0.9, "ap": 0.5, "seconds": 1.0, "report": "/store/artifacts/zoo/1/report/index.html",
}  # fmt: skip
FAILED = {
    "event": "failed",
    "time": PUBLISHED["time"],
    "code": "dataset_invalid",
    "message": "No photo has a box.",
}


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(follow_module, "PAUSES_S", (0.01, 0.02))
    before = signal.getsignal(signal.SIGTERM)
    yield
    # The command sets its own.
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def launch(
    kubeconfig: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command in this process: its exit code, output and error output."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["detector", "launch", "--kubeconfig", str(kubeconfig), *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out, printed.err

    return run


def trains(server: ApiServer, *lines: answers.Json | str, exit_code: int = 0) -> None:
    """Let each Job be run once somebody watches: its one pod prints these lines and ends."""

    def run(job: answers.Json) -> None:
        name = job["metadata"]["name"]
        pod = f"{name}-aaaaa"
        server.wait_for(lambda: ("watch", "pods") in server.asked)
        server.put_pod(name, pod, running())
        server.write(pod, *lines)
        server.end_pod(pod, terminated(exit_code))
        server.end_job(name, "Complete" if exit_code == 0 else "Failed", message="of the Job")

    server.on_job = lambda job: threading.Thread(target=run, args=(job,)).start()


def test_it_shows_the_events_and_ends_well(
    server: ApiServer, launch: Callable[..., tuple[int, str, str]]
) -> None:
    trains(server, PUBLISHED)
    code, out, err = launch("--", "--name", "zoo", "--size=96")
    assert code == 0
    assert out == "Published zoo version 1 as stable: open /store/artifacts/zoo/1/report/index.html\n"
    (job,) = server.jobs.values()
    assert err == f"Submitted Job {job['metadata']['name']} in namespace detector.\n"
    assert job["spec"]["template"]["spec"]["containers"][0]["args"][-4:] == [
        "--name", "zoo", "--size=96", "--name=zoo",
    ]  # fmt: skip


def test_it_prints_the_events_themselves_for_machines(
    server: ApiServer, launch: Callable[..., tuple[int, str, str]]
) -> None:
    trains(server, "a line of the pod", PUBLISHED)
    code, out, err = launch("--json")
    assert (code, [json.loads(line) for line in out.splitlines()]) == (0, [PUBLISHED])
    assert "a line of the pod\n" in err


def test_it_ends_with_the_exit_code_of_the_training_and_says_why_once(
    server: ApiServer, launch: Callable[..., tuple[int, str, str]]
) -> None:
    trains(server, FAILED, f"error: {FAILED['message']}", exit_code=3)
    server.claims.add("photos")
    code, _, err = launch("critters", "--dataset-claim", "photos")
    assert code == 3
    assert err.splitlines()[1:] == ["error: No photo has a box."]


def test_it_follows_a_job_that_is_there(
    server: ApiServer, launch: Callable[..., tuple[int, str, str]]
) -> None:
    trains(server, PUBLISHED)
    code, out, _ = launch("--detach", "--job-name", "train-zoo")
    assert (code, out) == (0, "train-zoo\n")
    code, out, _ = launch("--attach", "train-zoo")
    assert (code, "Published zoo version 1" in out) == (0, True)
    code, _, err = launch("--attach", "train-gone")
    assert (code, "There is no Job 'train-gone'" in err) == (9, True)
    code, _, err = launch("--attach", "train-zoo", "--job-name", "other")
    assert (code, "say nothing else" in err) == (2, True)


def test_mistakes_are_told_before_the_cluster_is_asked(
    server: ApiServer, launch: Callable[..., tuple[int, str, str]]
) -> None:
    for arguments, said in (
        (("critters",), "--dataset-claim"),
        (("--", "--sizzle", "1"), "--sizzle"),
        (("--node-selector", "fast"), "KEY=VALUE"),
    ):
        code, _, err = launch(*arguments)
        assert (code, err.startswith("error: "), said in err) == (2, True, True)
    assert server.asked == []


def test_the_role_launcher_allows_what_is_asked_and_nothing_more(
    server: ApiServer, launch: Callable[..., tuple[int, str, str]], cluster: Cluster
) -> None:
    trains(server, PUBLISHED)
    launch("--job-name", "train-zoo")
    withdraw(cluster, "train-zoo", launch_id=None)
    role = yaml.safe_load((K8S / "base" / "launcher.yaml").read_text())
    allowed = {(verb, what) for rule in role["rules"] for what in rule["resources"] for verb in rule["verbs"]}
    assert set(server.asked) == allowed


def interrupt(kubeconfig: Path, server: ApiServer, *arguments: str) -> str:
    """Ctrl-C on a launch whose pod waits for room; what it says then."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from jobs.cli import main; main()",
            "launch",
            "--kubeconfig",
            kubeconfig,
            *arguments,
        ],
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background has them ignore Ctrl-C, and children inherit it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    server.wait_for(lambda: ("watch", "pods") in server.asked)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 130
    assert "Traceback" not in err
    return err


def test_ctrl_c_leaves_the_job_and_says_how_to_come_back(server: ApiServer, kubeconfig: Path) -> None:
    said = interrupt(kubeconfig, server)
    (name,) = server.jobs
    assert f"`detector launch --attach {name} --namespace detector` follows it" in said


def test_ctrl_c_deletes_the_job_if_asked_to(server: ApiServer, kubeconfig: Path) -> None:
    assert "Deleted Job train-detector-" in interrupt(kubeconfig, server, "--delete-on-interrupt")
    assert server.jobs == {}
