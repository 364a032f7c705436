"""docker-compose.yml: a stack that starts in order, comes back by itself and keeps within bounds."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.gateway.settings import Settings
from tests.deploy.programs import program

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONCE = {"train", "release"}
"""What ends by itself."""

OWN_IMAGES = "pocket-detector/"


@pytest.mark.slow
def test_docker_compose_reads_it() -> None:
    subprocess.run([program("docker-compose"), "-f", FILE, "config", "-q"], check=True)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_cannot_take_the_machine_down_or_change_its_own_files(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit", "cpu_shares"} <= set(service)
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_comes_back_by_itself(name: str) -> None:
    assert SERVICES[name]["restart"] == ("no" if name in ONCE else "unless-stopped")


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_from_elsewhere_is_pinned(name: str) -> None:
    image = SERVICES[name]["image"]
    assert image.startswith(OWN_IMAGES) or re.search(r":v?\d+\.\d+\.\d+$", image)


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_waited_for_is_health_or_the_end(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        if other in ONCE:
            assert wait == {"condition": "service_completed_successfully"}
        else:
            assert wait == {"condition": "service_healthy"}
            assert "healthcheck" in SERVICES[other]


def test_what_watches_can_be_reached_from_this_machine_only() -> None:
    for name in ("prometheus", "grafana"):
        assert all(port.startswith("127.0.0.1:") for port in SERVICES[name]["ports"])


@pytest.mark.parametrize("name", ["serving", "prometheus", "grafana"])
def test_the_health_check_is_a_script_that_may_be_run(name: str) -> None:
    (command,) = SERVICES[name]["healthcheck"]["test"][1:]
    (folder,) = [
        source
        for source, target, *_ in (volume.split(":") for volume in SERVICES[name]["volumes"])
        if Path(command).parent == Path(target)
    ]
    assert os.access(ROOT / folder / Path(command).name, os.X_OK)


def test_volumes_are_named_and_used() -> None:
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert {source for source in mounted if not source.startswith("./")} == set(COMPOSE["volumes"])


def test_a_training_is_given_the_time_to_end_between_two_steps() -> None:
    assert SERVICES["train"]["stop_grace_period"] == "60s"


@pytest.mark.parametrize("name", ["gateway", "lite"])
def test_keys_and_the_canarys_share_reach_the_gateway(name: str) -> None:
    environment = SERVICES[name]["environment"]
    assert environment["DETECTOR_API_KEYS"] == "${DETECTOR_API_KEYS:-}"
    assert environment["DETECTOR_CANARY_PERCENT"] == "${DETECTOR_CANARY_PERCENT:-0}"


def test_who_releases_reaches_the_log() -> None:
    assert SERVICES["release"]["environment"]["DETECTOR_ACTOR"] == "${DETECTOR_ACTOR:-}"


def test_the_gateway_holds_what_decoding_and_bodies_may_take() -> None:
    limits = Settings.model_fields
    taken = limits["max_decode_bytes"].default + limits["max_buffered_bytes"].default
    assert int(SERVICES["gateway"]["mem_limit"].removesuffix("m")) * 2**20 >= taken + 512 * 2**20
