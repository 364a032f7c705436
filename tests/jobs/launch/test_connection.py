from pathlib import Path

import pytest
import yaml

from detector.errors import ClusterError
from jobs.launch.connection import connect
from tests.jobs.launch.api_http import write_kubeconfig
from tests.jobs.launch.api_server import ApiServer


@pytest.fixture(autouse=True)
def _nobodys_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"):
        monkeypatch.delenv(name, raising=False)


def test_the_namespace_is_the_one_said_or_the_contexts_or_default(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, "http://127.0.0.1:1", namespace="zoo")
    assert connect(kubeconfig=path, context=None, namespace=None).namespace == "zoo"
    assert connect(kubeconfig=path, context=None, namespace="yard").namespace == "yard"
    path = write_kubeconfig(tmp_path, "http://127.0.0.1:1", namespace=None)
    assert connect(kubeconfig=path, context=None, namespace=None).namespace == "default"


def test_another_context_brings_its_own_namespace(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, "http://127.0.0.1:1", namespace="zoo")
    content = yaml.safe_load(path.read_text())
    content["contexts"].append(
        {"name": "there", "context": {"cluster": "here", "user": "ada", "namespace": "yard"}}
    )
    path.write_text(yaml.safe_dump(content))
    assert connect(kubeconfig=path, context="there", namespace=None).namespace == "yard"


def test_requests_carry_the_kubeconfigs_credentials(server: ApiServer, kubeconfig: Path) -> None:
    assert connect(kubeconfig=kubeconfig, context=None, namespace=None).has_claim("store")
    kubeconfig.write_text(kubeconfig.read_text().replace("secret", "stale"))
    with pytest.raises(ClusterError, match="log in to it again"):
        connect(kubeconfig=kubeconfig, context=None, namespace=None).has_claim("store")


def test_no_configuration_is_told_as_such() -> None:
    with pytest.raises(ClusterError, match="No cluster is configured"):
        connect(kubeconfig=None, context=None, namespace=None)


def test_a_pod_without_an_account_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    with pytest.raises(ClusterError, match="give it a service account"):
        connect(kubeconfig=None, context=None, namespace=None)


@pytest.mark.parametrize(
    "content", ["", "[1, 2", "- a list", "clusters: nope", "current-context: gone\ncontexts: []"]
)
def test_a_configuration_that_is_damaged_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config"
    path.write_text(content)
    with pytest.raises(ClusterError, match=str(path)):
        connect(kubeconfig=path, context=None, namespace=None)


def test_a_context_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, "http://127.0.0.1:1")
    with pytest.raises(ClusterError, match="elsewhere"):
        connect(kubeconfig=path, context="elsewhere", namespace=None)


def test_a_cluster_that_does_not_answer_is_named(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, "http://127.0.0.1:1")
    cluster = connect(kubeconfig=path, context=None, namespace=None)
    with pytest.raises(ClusterError, match=r"http://127\.0\.0\.1:1 does not answer: .*[Rr]efused"):
        cluster.has_claim("store")
