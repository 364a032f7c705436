from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.launch import follow as follow_module
from jobs.launch.cluster import Cluster
from jobs.launch.connection import connect
from tests.jobs.launch.api_http import api_server, write_kubeconfig
from tests.jobs.launch.api_server import ApiServer
from tests.jobs.launch.following import Following, following


@pytest.fixture
def server_and_kubeconfig(tmp_path: Path) -> Iterator[tuple[ApiServer, Path]]:
    with api_server() as (server, address):
        yield server, write_kubeconfig(tmp_path, address)


@pytest.fixture
def server(server_and_kubeconfig: tuple[ApiServer, Path]) -> ApiServer:
    return server_and_kubeconfig[0]


@pytest.fixture
def kubeconfig(server_and_kubeconfig: tuple[ApiServer, Path]) -> Path:
    return server_and_kubeconfig[1]


@pytest.fixture
def cluster(kubeconfig: Path) -> Cluster:
    """The real client, talking to the server."""
    return connect(kubeconfig=kubeconfig, context=None, namespace=None)


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_module, "PAUSES_S", (0.01, 0.02))
    monkeypatch.setattr(follow_module, "LOOK_AGAIN_S", 1)


@pytest.fixture
def told(server: ApiServer, cluster: Cluster) -> Iterator[Following]:
    with following(server, cluster) as told:
        yield told
