"""Following a Job through everything that happens to pods, logs and connections."""

import pytest

from detector.errors import ClusterError
from jobs.launch import cluster as cluster_module
from jobs.launch import follow as follow_module
from jobs.launch.cluster import Cluster
from tests.jobs.launch import answers
from tests.jobs.launch.answers import running, terminated, waiting
from tests.jobs.launch.api_server import ApiServer
from tests.jobs.launch.following import JOB, A, B, Following, complete, event, following, start

pytestmark = pytest.mark.usefixtures("quickly")


def test_events_are_told_as_they_come_and_the_end_is_success(server: ApiServer, told: Following) -> None:
    start(server)
    server.write(A, "W0000 a warning of TensorFlow", event("started"))
    told.wait_for_events("started")
    server.write(A, event("epoch", epoch=1), '{"not": "an event"}', "{neither")
    told.wait_for_events("started", "epoch")
    server.write(A, event("published"))
    complete(server)
    assert told.outcome().exit_code == 0
    assert told.names() == ["started", "epoch", "published"]
    assert told.lines == ["W0000 a warning of TensorFlow", '{"not": "an event"}', "{neither"]


def test_a_log_that_breaks_off_is_taken_up_where_it_broke(server: ApiServer, told: Following) -> None:
    server.breaks_after[A] = 2
    start(server)
    server.write(A, *(event("epoch", epoch=number) for number in range(5)))
    told.wait_for_events(*["epoch"] * 5)
    server.refusals["get", "pods/log"].append(
        answers.status(500, "InternalError", "dial tcp 10.0.0.5:10250: refused")
    )
    complete(server)
    assert told.outcome().exit_code == 0
    assert [e["epoch"] for e in told.events] == [0, 1, 2, 3, 4]


def test_a_stream_that_ends_before_the_pod_loses_nothing(server: ApiServer, told: Following) -> None:
    start(server)
    server.write(A, event("started"))
    told.wait_for_events("started")
    # The API server restarts and ends the stream in good order; the pod prints on and ends.
    server.logs[A].ended = True
    server.write(A, event("published"))
    complete(server)
    assert told.outcome().exit_code == 0
    assert told.names() == ["started", "published"]


def test_a_silent_log_is_asked_for_again_without_a_word(
    server: ApiServer, told: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "SILENCE_S", 0.2)
    start(server)
    server.write(A, event("started"))
    server.wait_for(lambda: server.asked.count(("get", "pods/log")) >= 3)
    server.write(A, event("published"))
    told.wait_for_events("started", "published")
    complete(server)
    assert told.outcome().exit_code == 0
    assert told.notices == []


def test_a_mistake_ends_with_trainings_own_exit_code_and_words(server: ApiServer, told: Following) -> None:
    start(server)
    message = "There is no photo with a box in /data."
    server.write(A, event("failed", code="dataset_invalid", message=message), f"error: {message}")
    server.end_pod(A, terminated(3))
    server.end_job(JOB, "FailureTarget", "PodFailurePolicy")
    server.end_job(
        JOB, "Failed", "PodFailurePolicy", "Container train failed with exit code 3 matching FailJob rule"
    )
    outcome = told.outcome()
    assert (outcome.exit_code, outcome.message) == (3, message)
    assert told.lines == []
    assert told.notices == []


def test_a_pod_that_dies_is_followed_by_the_next_one(server: ApiServer, told: Following) -> None:
    start(server)
    server.write(A, event("epoch", epoch=1))
    server.end_pod(A, terminated(137))
    told.wait_for_notice(
        "It was killed (exit code 137). The next one goes on after the last finished epoch (retry 1 of 2)"
    )
    start(server, B)
    server.write(B, event("phase", resumed_after_epoch=1), event("published"))
    complete(server, B)
    assert told.outcome().exit_code == 0
    assert told.names() == ["epoch", "phase", "published"]


INTERRUPTED = event("failed", code="interrupted", message="Stopped by Ctrl-C or a signal.")


def test_a_pod_that_was_deleted_is_told_as_that_and_not_as_a_wish_of_the_training(
    server: ApiServer, told: Following
) -> None:
    start(server)
    server.write(A, INTERRUPTED)
    with server.changed:
        server.pods[A]["metadata"]["deletionTimestamp"] = answers.CREATED
        server.end_pod(A, terminated(130))
    told.wait_for_notice("The pod was deleted, and so Kubernetes stopped it (exit code 130). The next one")
    start(server, B)
    server.write(B, INTERRUPTED)
    server.end_pod(B, terminated(130, pod_message=answers.SHUTDOWN))
    told.wait_for_notice(f"Kubernetes stopped it: {answers.SHUTDOWN} The next one")
    server.end_job(JOB, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
    assert told.outcome().message == f"Kubernetes stopped it: {answers.SHUTDOWN}"
    assert "Ctrl-C" not in " ".join(told.notices)


def test_a_pod_that_was_stopped_without_a_word_is_told_with_what_may_be_the_reason(
    server: ApiServer, told: Following
) -> None:
    start(server)
    server.end_pod(A, terminated(143))
    told.wait_for_notice("Kubernetes stopped it (exit code 143): the pod was deleted, or its node shut down.")
    server.end_job(JOB, "Failed", message="deleted")
    told.outcome()


def test_what_the_node_says_in_place_of_a_log_is_not_passed_on_as_output(
    server: ApiServer, told: Following
) -> None:
    start(server)
    server.write(A, event("started"))
    told.wait_for_events("started")
    with server.changed:
        server.logs[A].lines.append(f"{answers.NO_LOG}\n")
        server.changed.notify_all()
    told.wait_for_notice(f"The node cannot give all of the log of pod {A}: {answers.NO_LOG}.")
    complete(server)
    assert told.outcome().exit_code == 0
    assert told.lines == []
    assert len(told.notices) == 1


def test_one_reason_of_several_pods_is_told_once(server: ApiServer, told: Following) -> None:
    reason = "Cannot write /store/.staging: permission denied; make it accessible to this user."
    for retry, name in enumerate((A, B, f"{JOB}-ccccc"), 1):
        start(server, name)
        server.write(name, event("failed", code="store_failed", message=reason))
        server.end_pod(name, terminated(6))
        if retry < 3:
            told.wait_for_notice(f"(retry {retry} of 2)")
    server.end_job(JOB, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
    assert told.outcome().message == reason
    assert [reason in notice for notice in told.notices] == [True, False]
    assert told.notices[1].startswith(f"Pod {B} is over. It failed for the same reason. The next one goes on")


def test_an_eviction_is_told_as_one_and_is_no_retry(server: ApiServer, told: Following) -> None:
    start(server)
    server.write(A, event("failed", code="interrupted", message="Stopped by hand."))
    server.end_pod(A, terminated(130, disruption=answers.EVICTION))
    told.wait_for_notice(f"It was taken from its node: {answers.EVICTION}.")
    start(server, B)
    complete(server, B)
    assert told.outcome().exit_code == 0
    assert "retry" not in " ".join(told.notices)


def test_a_pod_whose_node_vanished_is_said_with_what_to_do(server: ApiServer, told: Following) -> None:
    start(server)
    server.write(A, event("epoch", epoch=1))
    told.wait_for_events("epoch")
    gone = answers.status(500, "InternalError", "dial tcp 10.0.0.5:10250: no route to host")
    server.refusals["get", "pods/log"] += [gone] * 3
    server.put_pod(JOB, A, {**answers.running(), "conditions": [answers.disrupted("TaintManagerEviction")]})
    with server.changed:
        server.logs[A].ended = True
        server.changed.notify_all()
    told.wait_for_notice("kubectl taint node node-1 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute")
    server.end_pod(A, terminated(143, disruption="TaintManagerEviction"))
    start(server, B)
    complete(server, B)
    assert told.outcome().exit_code == 0


def test_a_job_out_of_retries_ends_with_the_last_pods_exit_code(server: ApiServer, told: Following) -> None:
    for name in (A, B, f"{JOB}-ccccc"):
        start(server, name)
        server.end_pod(name, terminated(6))
    server.end_job(JOB, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
    assert told.outcome().exit_code == 6
    assert not any("retry 3" in notice for notice in told.notices)


def test_memory_that_ran_out_is_named_with_its_limit(server: ApiServer, told: Following) -> None:
    start(server)
    server.end_pod(A, terminated(137, reason="OOMKilled"))
    told.wait_for_notice("It used more memory than the 4Gi it may: give it more with --memory")


def test_a_pod_that_is_deleted_and_a_job_too(server: ApiServer, told: Following) -> None:
    start(server)
    server.wait_for(lambda: ("get", "pods/log") in server.asked)
    server.remove_pod(A)
    told.wait_for_notice(f"Pod {A} was deleted.")
    del server.jobs[JOB]
    with pytest.raises(ClusterError, match="was deleted while it was followed"):
        told.outcome()


def test_an_api_server_that_restarts_is_waited_for(server: ApiServer, told: Following) -> None:
    start(server)
    server.write(A, event("started"))
    told.wait_for_events("started")
    server.refusals["get", "jobs"] += [
        answers.status(503, "ServiceUnavailable", "the server is currently unable to handle the request"),
        {"code": 0},
        answers.status(429, "TooManyRequests", "too many requests"),
    ]
    complete(server)
    assert told.outcome().exit_code == 0
    assert "unable to handle the request. Trying again." in " ".join(told.notices)


def test_one_that_does_not_come_back_is_given_up_and_the_job_is_not(
    server: ApiServer, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_module, "UNREACHABLE_S", 0.1)
    with following(server, cluster) as told:
        server.refusals["list", "pods"] += [{"code": 0}] * 50
        with pytest.raises(ClusterError, match=rf"The Job may well go on: `detector launch --attach {JOB}"):
            told.outcome()


@pytest.mark.parametrize("answer", [answers.expired(), {"type": "ERROR", "object": answers.expired()}])
def test_a_watch_that_has_expired_is_a_reason_to_look_again(
    server: ApiServer, told: Following, answer: answers.Json
) -> None:
    server.refusals["watch", "pods"] += [answer] * 3
    server.wait_for(lambda: not server.refusals["watch", "pods"])
    start(server)
    complete(server)
    assert told.outcome().exit_code == 0
    assert told.notices == []


def test_a_change_is_noticed_when_it_happens(
    server: ApiServer, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_module, "LOOK_AGAIN_S", 3600)
    with following(server, cluster) as told:
        for state in (waiting("ContainerCreating"), running()):
            server.wait_for(lambda: server.asked[-1] == ("watch", "pods"))
            server.put_pod(JOB, A, state)
        server.write(A, event("started"))
        told.wait_for_events("started")
        complete(server)
        assert told.outcome().exit_code == 0


def test_who_may_list_but_not_watch_can_follow_all_the_same(server: ApiServer, told: Following) -> None:
    server.refusals["watch", "pods"] += [answers.forbidden("watch", "pods")] * 500
    start(server)
    server.write(A, event("published"))
    complete(server)
    assert told.outcome().exit_code == 0


def test_credentials_that_run_out_end_in_one_sentence(server: ApiServer, told: Following) -> None:
    server.refusals["list", "pods"] += [answers.unauthorized()]
    with pytest.raises(ClusterError, match="log in to it again"):
        told.outcome()


def test_an_ended_job_is_read_from_its_beginning(server: ApiServer, cluster: Cluster) -> None:
    with following(server, cluster) as first:
        start(server)
        server.write(A, event("started"), event("published"))
        complete(server)
        assert first.outcome().exit_code == 0
        with following(server, cluster) as second:
            assert second.outcome().exit_code == 0
            assert second.names() == ["started", "published"]
