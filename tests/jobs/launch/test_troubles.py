"""What keeps a pod from starting is told once, and given up when it lasts."""

import pytest

from detector.errors import ClusterError
from jobs.launch import troubles
from jobs.launch.cluster import Cluster
from tests.jobs.launch import answers
from tests.jobs.launch.answers import terminated, unschedulable, waiting
from tests.jobs.launch.api_server import ApiServer
from tests.jobs.launch.following import JOB, A, B, Following, complete, following, start

pytestmark = pytest.mark.usefixtures("quickly")


def test_a_pod_that_has_its_node_is_said_to_start(server: ApiServer, told: Following) -> None:
    with server.changed:
        server.put_pod(JOB, A, waiting("ContainerCreating"))["spec"]["nodeName"] = "node-7"
    told.wait_for_notice(f"Pod {A} starts on node-7.")


def test_no_room_is_told_at_once_and_given_up_in_the_end(server: ApiServer, cluster: Cluster) -> None:
    with following(server, cluster, patience_s=1.0) as told:
        server.put_pod(JOB, A, unschedulable())
        told.wait_for_notice(
            "Waiting. No node takes the pod: 0/1 nodes are available: 1 Insufficient memory."
        )
        with pytest.raises(ClusterError, match=r"^No node takes the pod\. Given up; the Job is still there"):
            told.outcome()
        assert " ".join(told.notices).count("0/1 nodes are available") == 1


def test_room_that_the_cluster_is_making_is_waited_for(server: ApiServer, cluster: Cluster) -> None:
    with following(server, cluster, patience_s=0.0) as told:
        # In one step, so that no look falls between the two.
        with server.changed:
            pod = server.put_pod(JOB, A, unschedulable())
            server.report(answers.event(pod, "TriggeredScaleUp", "pod triggered scale-up", kind="Normal"))
        told.wait_for_notice("The cluster adds a node")
        start(server)
        complete(server)
        assert told.outcome().exit_code == 0


def test_an_image_that_cannot_be_pulled_is_given_up(
    server: ApiServer, told: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(troubles, "IMAGE_PATIENCE_S", 0.5)
    server.put_pod(JOB, A, waiting("ErrImagePull", answers.PULL_FAILED))
    told.wait_for_notice("The image cannot be pulled: failed to pull")
    server.put_pod(JOB, A, waiting("ImagePullBackOff", answers.NO_IMAGE))
    with pytest.raises(ClusterError, match=r"^The image cannot be pulled\. Given up"):
        told.outcome()
    assert len(told.notices) == 1


def test_the_schedulers_warning_is_the_same_trouble_as_its_word_on_the_pod(
    server: ApiServer, cluster: Cluster
) -> None:
    with following(server, cluster, patience_s=2.0) as told:
        with server.changed:
            pod = server.put_pod(JOB, A, {"phase": "Pending"})
            server.report(answers.event(pod, "FailedScheduling", answers.NO_ROOM))
        told.wait_for_notice("No node takes the pod: 0/1 nodes are available: 1 Insufficient memory.")
        server.put_pod(JOB, A, unschedulable())
        with pytest.raises(ClusterError, match="Given up"):
            told.outcome()
        assert len(told.notices) == 1


def test_an_image_name_that_is_none_is_given_up_at_once(server: ApiServer, told: Following) -> None:
    server.put_pod(
        JOB, A, waiting("InvalidImageName", 'couldn\'t parse image name "Train:1": invalid reference format')
    )
    with pytest.raises(ClusterError, match="invalid reference format"):
        told.outcome()


def test_a_volume_that_cannot_be_mounted_is_told_from_the_pods_events(
    server: ApiServer, told: Following
) -> None:
    with server.changed:
        pod = server.put_pod(JOB, A, waiting("ContainerCreating"))
        server.report(answers.event(pod, "FailedMount", answers.FAILED_MOUNT))
    told.wait_for_notice("The pod does not start (FailedMount): MountVolume.SetUp failed")


def test_a_quota_that_is_used_up_is_waited_for(server: ApiServer, told: Following) -> None:
    server.report(answers.event(server.jobs[JOB], "FailedCreate", answers.QUOTA.format(job=JOB)))
    told.wait_for_notice("The namespace's quota is used up: Error creating: pods")
    start(server)
    complete(server)
    assert told.outcome().exit_code == 0


def test_a_pod_that_is_not_allowed_is_given_up_at_once(server: ApiServer, told: Following) -> None:
    server.report(answers.event(server.jobs[JOB], "FailedCreate", answers.POD_SECURITY.format(job=JOB)))
    with pytest.raises(ClusterError, match=r"does not allow the pod: .*violates PodSecurity"):
        told.outcome()


def test_a_warning_from_before_the_last_pod_is_no_trouble_of_the_next(
    server: ApiServer, told: Following
) -> None:
    start(server)
    server.report(
        answers.event(
            server.jobs[JOB], "FailedCreate", answers.POD_SECURITY.format(job=JOB), at="2026-11-24T09:00:00Z"
        )
    )
    server.end_pod(A, terminated(1))
    told.wait_for_notice("retry 1 of 2")
    start(server, B)
    complete(server, B)
    assert told.outcome().exit_code == 0


def test_events_that_may_not_be_read_are_done_without(server: ApiServer, told: Following) -> None:
    server.refusals["list", "events"] += [answers.forbidden("list", "events")] * 100
    server.wait_for(lambda: ("list", "events") in server.asked)
    start(server)
    complete(server)
    assert told.outcome().exit_code == 0


def test_a_suspended_job_says_so(server: ApiServer, told: Following) -> None:
    server.jobs[JOB]["spec"]["suspend"] = True
    told.wait_for_notice(f"Job {JOB} is suspended")
