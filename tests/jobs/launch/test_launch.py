"""Submitting a Job once, and taking it back."""

from pathlib import Path

import pytest

from detector.errors import ClusterError
from jobs.launch import launch
from jobs.launch.cluster import Cluster
from jobs.launch.connection import connect
from jobs.launch.launch import existing, submit, withdraw
from jobs.launch.request import LaunchRequest
from tests.jobs.launch import answers
from tests.jobs.launch.api_server import ApiServer

REQUEST = LaunchRequest(image="train:1", job_name="train-1")


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "PAUSE_S", 0.01)


def test_a_job_is_made_once_even_if_the_answer_is_lost(server: ApiServer, cluster: Cluster) -> None:
    server.lost_answers = 1
    assert submit(cluster, REQUEST).launch_id == REQUEST.launch_id
    assert server.asked.count(("create", "jobs")) == 2
    assert list(server.jobs) == ["train-1"]


def test_a_name_that_another_job_has_is_refused(server: ApiServer, cluster: Cluster) -> None:
    submit(cluster, REQUEST)
    with pytest.raises(ClusterError, match="There is a Job 'train-1' already: --attach train-1"):
        submit(cluster, LaunchRequest(image="train:1", job_name="train-1"))


def test_a_claim_that_is_missing_is_told_before_anything_is_submitted(
    server: ApiServer, cluster: Cluster
) -> None:
    with pytest.raises(ClusterError, match="no PersistentVolumeClaim 'photos' in namespace 'detector'"):
        submit(cluster, LaunchRequest(image="train:1", job_name="train-1", dataset_claim="photos"))
    assert server.jobs == {}


def test_a_namespace_that_is_missing_is_not_told_as_a_claim(server: ApiServer, kubeconfig: Path) -> None:
    elsewhere = connect(kubeconfig=kubeconfig, context=None, namespace="detektor")
    with pytest.raises(ClusterError, match="There is no namespace 'detektor' in this cluster"):
        submit(elsewhere, REQUEST)


def test_who_may_not_read_namespaces_is_told_of_the_claim(server: ApiServer, cluster: Cluster) -> None:
    server.claims.clear()
    server.refusals["get", "namespaces"].append(answers.forbidden("get", "namespaces"))
    with pytest.raises(ClusterError, match="no PersistentVolumeClaim 'store' in namespace 'detector'"):
        submit(cluster, REQUEST)


def test_who_may_not_read_claims_may_launch(server: ApiServer, cluster: Cluster) -> None:
    server.refusals["get", "persistentvolumeclaims"].append(
        answers.forbidden("get", "persistentvolumeclaims")
    )
    submit(cluster, REQUEST)
    assert list(server.jobs) == ["train-1"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            answers.forbidden("create", "jobs", "batch"),
            r'You may not create Jobs .*User "ada" cannot create.*`launcher`',
        ),
        (
            answers.status(
                403,
                "Forbidden",
                'jobs.batch "t" is forbidden: exceeded quota: q, requested: count/jobs.batch=1',
            ),
            r"The namespace's quota is used up: .*Wait for others",
        ),
        (
            answers.not_found("namespaces", "detector"),
            r'refuses to create Jobs .*\(404\): namespaces "detector" not found',
        ),
        (answers.unauthorized(), "The cluster does not know you"),
        (
            answers.status(422, "Invalid", 'Job.batch "t" is invalid: spec.backoffLimit: Invalid value: -1'),
            r"\(422\): Job.batch .*backoffLimit",
        ),
        (
            answers.status(
                400, "BadRequest", 'strict decoding error: unknown field "spec.podReplacementPolicy"'
            ),
            r"\(400\): strict decoding error",
        ),
    ],
)
def test_a_refusal_is_one_sentence_and_is_not_tried_again(
    server: ApiServer, cluster: Cluster, answer: answers.Json, said: str
) -> None:
    server.refusals["create", "jobs"].append(answer)
    with pytest.raises(ClusterError, match=said) as caught:
        submit(cluster, REQUEST)
    assert caught.value.exit_code == 9
    assert server.asked.count(("create", "jobs")) == 1


def test_unknown_fields_are_to_be_refused_and_not_dropped(server: ApiServer, cluster: Cluster) -> None:
    submit(cluster, REQUEST)
    assert server.queries["create", "jobs"] == {"fieldValidation": "Strict"}


def test_only_a_training_can_be_attached_to(server: ApiServer, cluster: Cluster) -> None:
    with pytest.raises(ClusterError, match="There is no Job 'train-1' in namespace 'detector'"):
        existing(cluster, "train-1")
    submit(cluster, REQUEST)
    assert existing(cluster, "train-1").name == "train-1"
    server.jobs["train-1"]["spec"]["template"]["spec"]["containers"][0]["name"] = "main"
    with pytest.raises(ClusterError, match="is not a training"):
        existing(cluster, "train-1")


def test_a_job_is_taken_back_with_its_pods_and_only_ones_own(server: ApiServer, cluster: Cluster) -> None:
    submit(cluster, REQUEST)
    assert not withdraw(cluster, "train-1", launch_id="of another launch")
    server.refusals["delete", "jobs"].append(answers.status(503, "ServiceUnavailable", "busy"))
    assert withdraw(cluster, "train-1", launch_id=REQUEST.launch_id)
    assert server.jobs == {}
    assert server.bodies[-1] == {"propagationPolicy": "Background", "preconditions": {"uid": "job-train-1"}}
    assert not withdraw(cluster, "train-1", launch_id=None)
