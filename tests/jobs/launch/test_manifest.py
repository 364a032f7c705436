import tomllib
from typing import Any

import kubernetes_validate
import pytest

from jobs.cli.launch import IMAGE
from jobs.launch.manifest import generated_name, job_manifest, train_arguments
from jobs.launch.request import LaunchRequest
from tests.deploy.k8s.pod_security import violations
from tests.deploy.k8s.rendered import ROOT, rendered
from tests.deploy.k8s.test_schemas import VERSIONS

FULL = LaunchRequest(
    image="registry.example.com/train:1",
    job_name="train-zoo",
    model="zoo",
    data="2026/critters.zip",
    dataset_claim="photos",
    dataset_sub_path="zoo",
    store_claim="models",
    store_sub_path="team",
    train_options=("--size", "96"),
    pull_secret="registry",
    service_account="trainer",
    node_selector={"disk": "fast"},
)
CONTROL_PLANE_MILLICORES = 950
"""Of kind's node: API server 250, controller manager 200, scheduler, etcd and network 100 each, DNS twice 100."""
PLAIN = LaunchRequest(image="train:1", job_name="train-1")


def pod(request: LaunchRequest) -> dict[str, Any]:
    spec: dict[str, Any] = job_manifest(request)["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("request_", [FULL, PLAIN], ids=["full", "plain"])
def test_it_fits_the_schemas_of_current_versions(request_: LaunchRequest, version: str) -> None:
    assert kubernetes_validate.validate(job_manifest(request_), version, strict=True) == version


def test_its_pod_meets_the_restricted_profile() -> None:
    for request in (FULL, PLAIN):
        assert violations(job_manifest(request)["spec"]["template"]) == []
        assert pod(request)["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True


def test_photos_and_store_are_mounted_where_the_arguments_say() -> None:
    (container,) = pod(FULL)["containers"]
    mounts = {mount.pop("name"): mount for mount in container["volumeMounts"]}
    assert mounts == {
        "tmp": {"mountPath": "/tmp"},
        "store": {"mountPath": "/store", "subPath": "team"},
        "data": {"mountPath": "/data", "subPath": "zoo", "readOnly": True},
    }
    claims = {v["name"]: v["persistentVolumeClaim"] for v in pod(FULL)["volumes"] if v["name"] != "tmp"}
    assert claims == {"store": {"claimName": "models"}, "data": {"claimName": "photos"}}
    assert container["args"] == [
        "train", "/data/2026/critters.zip", "--store=/store", "--json", "--size", "96", "--name=zoo",
    ]  # fmt: skip


def test_without_a_dataset_it_trains_on_the_built_in_shapes() -> None:
    assert train_arguments(PLAIN) == ["train", "--store=/store", "--json", "--name=detector"]
    assert {volume["name"] for volume in pod(PLAIN)["volumes"]} == {"tmp", "store"}


def test_a_mistake_is_not_retried_and_a_lost_node_is_not_counted() -> None:
    spec = job_manifest(PLAIN)["spec"]
    ignore, fail = spec["podFailurePolicy"]["rules"]
    assert (ignore["action"], ignore["onPodConditions"][0]["type"]) == ("Ignore", "DisruptionTarget")
    codes = fail["onExitCodes"]["values"]
    # The API server wants them in order and each once.
    assert (fail["action"], codes) == ("FailJob", sorted(set(codes)))
    # Request, dataset, weights, export and memory; neither the store (6) nor signals nor what is unforeseen (1).
    assert codes == [2, 3, 4, 5, 7, 126, 127]
    assert spec["podReplacementPolicy"] == "Failed"
    assert spec["template"]["spec"]["restartPolicy"] == "Never"


def test_names_are_free_and_valid_whatever_the_model_is_called() -> None:
    for model in ("zoo", "My_Model", "_" * 63, "9" * 63):
        first, second = generated_name(model), generated_name(model)
        assert first != second
        assert LaunchRequest(image="i", job_name=first).job_name.startswith("train-")


def test_the_default_image_has_the_projects_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"pocket-detector/train:{version}" == IMAGE


def test_it_has_room_on_a_node_of_two_processors_beside_everything_else() -> None:
    overlay = rendered("overlays/laptop")
    requests = [
        container["resources"]["requests"]["cpu"]
        for each in overlay
        if each["kind"] == "Deployment"
        for container in each["spec"]["template"]["spec"]["containers"]
    ]
    assert len(requests) == 2
    (training,) = pod(PLAIN)["containers"]
    requests.append(training["resources"]["requests"]["cpu"])
    assert sum(map(millicores, requests)) + CONTROL_PLANE_MILLICORES <= 2000
    assert "cpu" not in training["resources"]["limits"], "what is idle is used"


def millicores(quantity: str) -> int:
    return int(quantity.removesuffix("m")) if quantity.endswith("m") else 1000 * int(quantity)
