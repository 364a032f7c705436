"""trial.yml: what `make verify-compose` runs differs from docker-compose.yml only where it must."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
STACK: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
TRIAL: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("trial.yml").read_text("utf-8"))["services"]
UNKNOWN_TO_THE_STANDIN = {
    "--rest_api_port", "--max_num_load_retries", "--num_load_threads", "--monitoring_config_file",
    "--grpc_channel_arguments",
}  # fmt: skip


def test_only_the_training_and_the_server_of_models_are_replaced() -> None:
    assert set(TRIAL) == {"train", "serving"}
    assert set(TRIAL["train"]) == {"command"}
    assert set(TRIAL["serving"]) == {"image", "entrypoint", "command", "volumes"}


def test_the_stand_in_gets_every_flag_that_it_knows() -> None:
    known = [
        flag for flag in STACK["serving"]["command"] if flag.partition("=")[0] not in UNKNOWN_TO_THE_STANDIN
    ]
    assert TRIAL["serving"]["command"] == known
