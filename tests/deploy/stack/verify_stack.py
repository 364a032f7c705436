"""docker-compose.yml as it runs, from an empty store: `make verify-compose`. Each test goes on from the one before."""

from collections.abc import Iterator

import httpx
import pytest

from tests.deploy.images.engine import build, engine, wait_until
from tests.deploy.images.samples import sample_photo
from tests.deploy.stack.project import Project, project

pytestmark = pytest.mark.timeout(2400)

AGAIN_TIMEOUT_S = 90.0


@pytest.fixture(scope="module")
def stack() -> Iterator[Project]:
    build("train")
    build("gateway")
    with project() as made:
        made.compose("up", "-d", "--no-build", "gateway")
        yield made


@pytest.fixture(scope="module")
def photo(stack: Project) -> bytes:
    return sample_photo(f"{stack.name}_store", "pocket-detector/train")


def test_an_empty_store_is_trained_and_then_answered_from(stack: Project, photo: bytes) -> None:
    _answers(stack, photo)
    assert _trained(stack) == 1


@pytest.mark.parametrize("service", ["serving", "gateway"])
def test_one_container_that_is_restarted_comes_back(stack: Project, photo: bytes, service: str) -> None:
    stack.compose("restart", service)
    _answers(stack, photo)


@pytest.mark.parametrize("service", ["serving", "gateway"])
def test_one_container_that_dies_comes_back(stack: Project, photo: bytes, service: str) -> None:
    before = engine("inspect", "--format", "{{.State.Pid}}", stack.container(service))
    stack.crash(service)
    wait_until(
        lambda: (
            engine("inspect", "--format", "{{.State.Pid}}", stack.container(service)) not in ("0", before)
        ),
        f"{service} started again",
        AGAIN_TIMEOUT_S,
    )
    _answers(stack, photo)


def test_all_containers_restarted_at_once_come_back(stack: Project, photo: bytes) -> None:
    stack.compose("restart")
    _answers(stack, photo)


def test_the_gateway_ends_cleanly_when_it_is_stopped(stack: Project, photo: bytes) -> None:
    stack.compose("stop", "gateway")
    assert engine("inspect", "--format", "{{.State.ExitCode}}", stack.container("gateway")) == "0"
    stack.compose("start", "gateway")
    _answers(stack, photo)


def test_taken_down_and_up_again_it_answers_without_training_again(stack: Project, photo: bytes) -> None:
    stack.compose("down")
    stack.compose("up", "-d", "--no-build", "gateway")
    _answers(stack, photo)
    assert "nothing to train" in engine("logs", stack.container("train"))


def test_releases_are_listed_by_the_service_for_them(stack: Project) -> None:
    assert "stable" in stack.compose("run", "--rm", "-T", "release", "list")


def test_the_gateway_alone_answers_from_the_same_store(stack: Project, photo: bytes) -> None:
    stack.compose("down")
    stack.compose("up", "-d", "--no-build", "lite")
    _answers(stack, photo)
    running = engine("ps", "--format", "{{.Names}}", "--filter", f"name={stack.name}").split()
    assert running == [stack.container("lite")]


def _answers(stack: Project, photo: bytes) -> None:
    """Poll /detect until it answers with version 1."""

    def answered() -> bool:
        try:
            answer = httpx.post(f"{stack.url}/detect", content=photo, timeout=15)
        except httpx.TransportError:
            return False
        return answer.status_code == 200 and answer.json()["model"]["version"] == 1

    wait_until(answered, "/detect answers", AGAIN_TIMEOUT_S)


def _trained(stack: Project) -> int:
    """How many versions the training container has published."""
    return engine("logs", stack.container("train")).count("Published ")
