"""Prometheus as its own process, over the real configuration with targets of one's own."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.deploy.programs import program
from tests.deploy.prometheus.rules import PROMETHEUS_FOLDER
from tests.services.gateway.running import poll
from tests.serving_standin.running import free_port

SCRAPE_INTERVAL = "500ms"
EVALUATION_INTERVAL = "1s"


@dataclass(frozen=True, slots=True)
class RunningPrometheus:
    """A Prometheus that is ready."""

    url: str

    def get(self, path: str, **parameters: str | float) -> Any:
        """`data` of an answer of its HTTP API."""
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=20).json()
        assert answer["status"] == "success", answer
        return answer["data"]

    def instant(self, expression: str) -> list[Any]:
        """The vector that `expression` gives now; a scalar as a vector of one."""
        data = self.get("query", query=expression)
        result: list[Any] = [data["result"]] if data["resultType"] == "scalar" else data["result"]
        return result

    def rules(self) -> list[Any]:
        """Every rule, alerts among them, with its health and state."""
        return [rule for group in self.get("rules")["groups"] for rule in group["rules"]]


@contextmanager
def running_prometheus(folder: Path, targets: Mapping[str, Sequence[str]]) -> Iterator[RunningPrometheus]:
    """Start deploy/prometheus/prometheus.yml, with each job's addresses as in `targets`, in quick time."""
    port = free_port()
    config = yaml.safe_load((PROMETHEUS_FOLDER / "prometheus.yml").read_text("utf-8"))
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    assert set(jobs) == {*targets, "prometheus"}
    for name, job in jobs.items():
        job.pop("dns_sd_configs", None)
        addresses = [f"127.0.0.1:{port}"] if name == "prometheus" else list(targets[name])
        job["static_configs"] = [{"targets": addresses}]
    config["global"] = {
        "scrape_interval": SCRAPE_INTERVAL,
        "scrape_timeout": SCRAPE_INTERVAL,
        "evaluation_interval": EVALUATION_INTERVAL,
    }
    config["rule_files"] = [str(PROMETHEUS_FOLDER / pattern) for pattern in config["rule_files"]]
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(config), "utf-8")
    command = [
        program("prometheus"),
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    log = folder / "prometheus.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, stderr=stderr, env=os.environ | {"TZ": "UTC"})
    url = f"http://127.0.0.1:{port}"
    try:
        poll(lambda: httpx.get(f"{url}/-/ready").status_code == 200, log=log)
        yield RunningPrometheus(url)
    finally:
        process.terminate()
        process.wait(20)
