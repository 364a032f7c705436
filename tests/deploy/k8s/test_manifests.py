"""What the parts of the manifests must agree on among themselves, with compose, and with the gateway."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from detector.environment import PREFIX
from detector.store.channels import ACTOR_VARIABLE
from jobs.cli import create_cli
from services.gateway.settings import Settings, known_variables, read_settings
from tests.deploy.k8s.rendered import (
    KUSTOMIZATIONS,
    ROOT,
    Manifest,
    by_hand,
    environment,
    of_kind,
    pod_templates,
    release_job,
    rendered,
    with_operator,
)

pytestmark = pytest.mark.slow
"""They need kubectl or kustomize, which a newcomer's machine may not have."""

COMPONENT = "app.kubernetes.io/component"
CONNECTION_AGE = "--grpc_channel_arguments=grpc.max_connection_age_ms="


def container(name: str, deployment: str) -> Manifest:
    spec: Manifest = pod_templates(rendered(name))[deployment]["spec"]["containers"][0]
    return spec


def settings_of(one: Manifest) -> Settings:
    """As the gateway in this container reads its variables."""
    variables = environment(one)
    return read_settings(variables, **{name.removeprefix(PREFIX).lower(): v for name, v in variables.items()})


def flag(arguments: list[str], start: str) -> str:
    (found,) = [argument.removeprefix(start) for argument in arguments if argument.startswith(start)]
    return found


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_what_one_object_says_of_another_is_there(name: str) -> None:
    manifests = rendered(name)
    templates = pod_templates(manifests)
    claims, config_maps = of_kind(manifests, "PersistentVolumeClaim"), of_kind(manifests, "ConfigMap")
    accounts = of_kind(manifests, "ServiceAccount")
    for service in of_kind(manifests, "Service").values():
        (template,) = [
            t for t in templates.values() if service["spec"]["selector"].items() <= labels(t).items()
        ]
        ports = {port["name"] for port in template["spec"]["containers"][0]["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports
    for template in templates.values():
        assert template["spec"]["serviceAccountName"] in accounts
        for volume in template["spec"]["volumes"]:
            assert volume.get("persistentVolumeClaim", {}).get("claimName", "store") in claims
            assert volume.get("configMap", {}).get("name", next(iter(config_maps))) in config_maps
        for spread in template["spec"]["topologySpreadConstraints"]:
            assert spread["labelSelector"]["matchLabels"].items() <= labels(template).items()
    for kind in ("HorizontalPodAutoscaler", "PodDisruptionBudget"):
        assert set(of_kind(manifests, kind)) <= set(templates)


def labels(template: Manifest) -> dict[str, str]:
    found: dict[str, str] = template["metadata"]["labels"]
    return found


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_every_object_is_labelled_and_in_the_namespace(name: str) -> None:
    for manifest in rendered(name):
        assert manifest["metadata"]["labels"]["app.kubernetes.io/part-of"] == "pocket-detector"
        where = manifest["metadata"].get("namespace", manifest["metadata"]["name"])
        assert where == "detector"


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_every_pod_is_shut_off_bounded_and_watched(name: str) -> None:
    for template in pod_templates(rendered(name)).values():
        spec = template["spec"]
        assert (spec["enableServiceLinks"], spec["automountServiceAccountToken"]) == (False, False)
        for one in (*spec.get("initContainers", ()), *spec["containers"]):
            assert one["securityContext"]["readOnlyRootFilesystem"] is True
            assert {"cpu", "memory"} <= set(one["resources"]["requests"])
            assert "memory" in one["resources"]["limits"]
        for one in spec["containers"]:
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(one)


def test_a_gateway_holds_what_decoding_and_bodies_may_take() -> None:
    (gateway,) = pod_templates(rendered("base"))["gateway"]["spec"]["containers"]
    limits = Settings.model_fields
    taken = limits["max_decode_bytes"].default + limits["max_buffered_bytes"].default
    limit_mib = int(gateway["resources"]["limits"]["memory"].removesuffix("Mi"))
    assert limit_mib * 2**20 >= taken + 512 * 2**20


def test_readers_cannot_write_the_store() -> None:
    for template in pod_templates(rendered("base")).values():
        for one in (*template["spec"].get("initContainers", ()), *template["spec"]["containers"]):
            (mount,) = [m for m in one["volumeMounts"] if m["name"] == "store"]
            assert (mount["mountPath"], mount["readOnly"]) == ("/store", True)


def test_tensorflow_serving_gets_the_flags_of_compose_and_an_age_for_connections() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["serving"]
    one = container("base", "serving")
    assert (one["image"], one["command"]) == (compose["image"], compose["entrypoint"])
    more = set(one["args"]) - set(compose["command"])
    assert set(compose["command"]) <= set(one["args"])
    assert [argument.startswith(CONNECTION_AGE) for argument in more] == [True]


def test_its_configuration_is_the_file_that_compose_mounts() -> None:
    (config,) = of_kind(rendered("base"), "ConfigMap").values()
    for name in ("monitoring.config", "wait-for-version.sh"):
        assert config["data"][name] == (ROOT / "services" / "serving" / name).read_text()


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_all_gateways_together_never_fill_the_threads_of_one_replica(name: str) -> None:
    scalers = of_kind(rendered(name), "HorizontalPodAutoscaler")
    deployment = of_kind(rendered(name), "Deployment")["gateway"]
    gateways = scalers["gateway"]["spec"]["maxReplicas"] if scalers else deployment["spec"]["replicas"]
    workers = int(environment(container(name, "gateway"))["DETECTOR_WORKERS"])
    threads = int(flag(container(name, "serving")["args"], "--grpc_max_threads="))
    # One more pod than wanted while a new version of the gateway is rolled out.
    assert (gateways + 1) * workers < threads


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_the_gateways_settings_are_known_and_valid(name: str) -> None:
    assert {v["name"] for v in container(name, "gateway")["env"]} <= set(known_variables())
    settings = settings_of(container(name, "gateway"))
    assert settings.engine == "tfserving"
    assert settings.tfserving_target == "dns:///serving-headless:8500"


@pytest.mark.parametrize("name", KUSTOMIZATIONS)
def test_what_the_probes_ask_is_where_the_settings_put_it(name: str) -> None:
    one = container(name, "gateway")
    settings = settings_of(one)
    ports = {port["name"]: port["containerPort"] for port in one["ports"]}
    assert (ports["http"], ports["grpc"]) == (settings.http_port, settings.grpc_port)
    asked = {kind: one[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    health = settings.admin_port or settings.http_port
    assert {ports[probe["port"]] for probe in asked.values()} == {health}
    assert {kind: probe["path"] for kind, probe in asked.items()} == {
        "startup": "/livez", "liveness": "/livez", "readiness": "/readyz",
    }  # fmt: skip
    (port,) = of_kind(rendered(name), "Service")["gateway-headless"]["spec"]["ports"]
    assert (port["name"], port["port"], ports[port["targetPort"]]) == ("metrics", health, health)


def test_there_is_time_to_drain_before_a_pod_is_killed() -> None:
    gateway = pod_templates(rendered("base"))["gateway"]["spec"]
    settings = settings_of(gateway["containers"][0])
    told = gateway["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert (
        told + settings.drain_seconds + settings.shutdown_seconds < gateway["terminationGracePeriodSeconds"]
    )
    serving = pod_templates(rendered("base"))["serving"]["spec"]
    pause = serving["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    age_s = int(flag(serving["containers"][0]["args"], CONNECTION_AGE)) / 1000
    names_s = 30
    assert names_s + 1.1 * age_s + settings.default_timeout_ms / 1000 < pause
    assert pause < serving["terminationGracePeriodSeconds"]


def test_images_of_ours_have_the_projects_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    images = [container("base", "gateway")["image"], container("overlays/production", "gateway")["image"]]
    images.append(release_job()["spec"]["template"]["spec"]["containers"][0]["image"])
    images.append(by_hand("photos")[1]["spec"]["containers"][0]["image"])
    assert [image.rsplit(":", 1)[1] for image in images] == [version] * 4


def test_an_autoscaled_deployment_has_no_number_of_its_own() -> None:
    for name in ("base", "overlays/production"):
        for scaled in of_kind(rendered(name), "HorizontalPodAutoscaler"):
            assert "replicas" not in of_kind(rendered(name), "Deployment")[scaled]["spec"]


def test_a_laptop_has_one_of_each_and_storage_of_one_node() -> None:
    manifests = rendered("overlays/laptop")
    assert {name: d["spec"]["replicas"] for name, d in of_kind(manifests, "Deployment").items()} == {
        "serving": 1, "gateway": 1,
    }  # fmt: skip
    assert of_kind(manifests, "PersistentVolumeClaim")["store"]["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert not of_kind(manifests, "HorizontalPodAutoscaler")


def test_storage_of_several_nodes_elsewhere() -> None:
    for name in ("base", "overlays/production"):
        claim = of_kind(rendered(name), "PersistentVolumeClaim")["store"]
        assert claim["spec"]["accessModes"] == ["ReadWriteMany"]


def test_the_operator_watches_the_ports_that_there_are_and_scales_on_requests_in_flight(
    tmp_path: Path,
) -> None:
    manifests = with_operator(tmp_path)
    templates = pod_templates(manifests)
    for name, monitor in of_kind(manifests, "PodMonitor").items():
        assert monitor["spec"]["selector"]["matchLabels"].items() <= labels(templates[name]).items()
        ports = {port["name"] for port in templates[name]["spec"]["containers"][0]["ports"]}
        assert {endpoint["port"] for endpoint in monitor["spec"]["podMetricsEndpoints"]} <= ports
    metrics: list[dict[str, Any]] = of_kind(manifests, "HorizontalPodAutoscaler")["gateway"]["spec"][
        "metrics"
    ]
    assert [metric["type"] for metric in metrics] == ["Resource", "Pods"]
    assert metrics[1]["pods"]["metric"]["name"] == "detector_requests_in_flight"
    workers = int(environment(templates["gateway"]["spec"]["containers"][0])["DETECTOR_WORKERS"])
    assert 0 < int(metrics[1]["pods"]["target"]["averageValue"]) < workers


def test_the_world_enters_by_https() -> None:
    (ingress,) = of_kind(rendered("overlays/production"), "Ingress").values()
    hosts = [rule["host"] for rule in ingress["spec"]["rules"]]
    assert [host for tls in ingress["spec"]["tls"] for host in tls["hosts"]] == hosts
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    service = of_kind(rendered("overlays/production"), "Service")[backend["name"]]
    assert backend["port"]["name"] in {port["name"] for port in service["spec"]["ports"]}


def test_a_release_by_hand_is_a_command_that_there_is() -> None:
    release = release_job()["spec"]["template"]["spec"]["containers"][0]
    command: Any = get_command(create_cli())
    for word in release["args"]:
        command = command.commands[word]
    options = {name for parameter in command.params for name in (parameter.envvar, *parameter.opts)}
    assert set(environment(release)) <= {*options, ACTOR_VARIABLE}
    target = settings_of(container("base", "gateway")).tfserving_target
    assert environment(release)["DETECTOR_TFSERVING_TARGET"] == target


def test_on_gpus_only_what_runs_the_model_asks_for_one() -> None:
    asking = {
        name: container["resources"]["limits"]["nvidia.com/gpu"]
        for name, template in pod_templates(rendered("overlays/gpu")).items()
        for container in template["spec"]["containers"]
        if "nvidia.com/gpu" in container["resources"]["limits"]
    }
    assert asking == {"serving": "1"}
    plain, gpu = container("overlays/production", "serving"), container("overlays/gpu", "serving")
    assert gpu["image"] == f"{plain['image']}-gpu"
    assert (gpu["args"], gpu["securityContext"]) == (plain["args"], plain["securityContext"])
