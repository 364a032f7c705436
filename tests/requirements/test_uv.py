"""uv looks for packages where pip is told to look for them."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from requirements.uv import (
    UV_SOURCES,
    connection_settings,
    parse_pip_settings,
    source_settings,
    uv_environment,
    uv_program,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def unconfigured(tmp_path: Path) -> dict[str, str]:
    """An environment in which neither pip nor uv is configured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
    nowhere = {
        "PIP_CONFIG_FILE": os.devnull,
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    return kept | nowhere | {"UV_CACHE_DIR": str(tmp_path / "cache")}


def publish(index: Path, name: str, version: str, *, content: str = "") -> str:
    """Put an empty package into an index of files; returns the hash of its wheel."""
    folder = index / name
    folder.mkdir(parents=True)
    stem = f"{name.replace('-', '_')}-{version}"
    wheel = folder / f"{stem}-py3-none-any.whl"
    information = f"{stem}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(
            f"{information}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        archive.writestr(
            f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{information}/RECORD", content)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "index.html").write_text(f'<a href="{wheel.name}#sha256={digest}">{wheel.name}</a>')
    return digest


def compile_with_uv(name: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [str(uv_program()), "pip", "compile", "-", "--generate-hashes", "-q"]
    return run(command, name, uv_environment(environment))


def run(command: list[str], name: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, env=environment, input=f"{name}\n", capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("variable", ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"])
def test_uv_finds_what_only_the_index_that_pip_is_configured_for_has(
    variable: str, tmp_path: Path, unconfigured: dict[str, str]
) -> None:
    digest = publish(tmp_path / "index", "nowhere-else", "1.2")
    # The first index of the two that pip knows must answer without a network.
    (tmp_path / "empty").mkdir()
    environment = unconfigured | {"PIP_INDEX_URL": (tmp_path / "empty").as_uri()}
    result = compile_with_uv("nowhere-else", environment | {variable: (tmp_path / "index").as_uri()})
    assert result.returncode == 0, result.stderr
    assert "nowhere-else==1.2" in result.stdout
    assert digest in result.stdout


def test_a_lock_is_made_from_the_main_index_which_has_all_files(
    tmp_path: Path, unconfigured: dict[str, str]
) -> None:
    digest = publish(tmp_path / "main", "two", "2")
    other = publish(tmp_path / "further", "two", "2", content="for one kind of machine")
    assert digest != other
    environment = unconfigured | {
        "PIP_INDEX_URL": (tmp_path / "main").as_uri(),
        "PIP_EXTRA_INDEX_URL": (tmp_path / "further").as_uri(),
    }
    result = run(
        [sys.executable, "-m", "requirements.uv", "-", "--generate-hashes", "-q"], "two", environment
    )
    assert digest in result.stdout, result.stderr
    assert other not in result.stdout


def test_whoever_has_configured_uv_is_left_alone(tmp_path: Path, unconfigured: dict[str, str]) -> None:
    publish(tmp_path / "uv", "two", "2")
    publish(tmp_path / "pip", "two", "3")
    environment = unconfigured | {
        "PIP_INDEX_URL": (tmp_path / "pip").as_uri(),
        "UV_DEFAULT_INDEX": (tmp_path / "uv").as_uri(),
    }
    assert "two==2" in compile_with_uv("two", environment).stdout


def test_a_configuration_file_of_uv_counts_too(tmp_path: Path, unconfigured: dict[str, str]) -> None:
    environment = unconfigured | {"PIP_INDEX_URL": "https://index.example/simple"}
    assert uv_environment(environment)["UV_DEFAULT_INDEX"] == "https://index.example/simple"
    (tmp_path / "config" / "uv").mkdir(parents=True)
    (tmp_path / "config" / "uv" / "uv.toml").write_text("")
    assert not set(UV_SOURCES) & set(uv_environment(environment))


def test_the_environment_overrides_pips_files_and_install_overrides_global() -> None:
    listing = "\n".join(
        [
            ":env:.index-url='https://env.example'",
            "global.index-url='https://global.example'",
            "global.timeout='60'",
            "install.timeout='90'",
            "download.timeout='1'",
            "install.extra-index-url='\\nhttps://a.example\\nhttps://b.example'",
        ]
    )
    assert parse_pip_settings(listing) == {
        "index-url": "https://env.example",
        "timeout": "90",
        "extra-index-url": "\nhttps://a.example\nhttps://b.example",
    }


def test_several_indexes_are_looked_through_as_pip_does() -> None:
    assert source_settings({"extra-index-url": "\nhttps://a.example\nhttps://b.example"}) == {
        "UV_INDEX": "https://a.example https://b.example",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_folders_of_wheels_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    found = source_settings(
        {"find-links": f"{tmp_path} {tmp_path}/gone https://links.example", "no-index": "true"}
    )
    assert found == {"UV_FIND_LINKS": f"{tmp_path},https://links.example", "UV_NO_INDEX": "1"}
    assert source_settings({"no-index": "false"}) == {}


def test_certificates_proxies_and_time_limits_are_taken_over() -> None:
    pip = {
        "cert": "/ca.pem",
        "proxy": "http://p.example:8080",
        "default-timeout": "180",
        "trusted-host": "a b",
    }
    assert connection_settings(pip) == {
        "SSL_CERT_FILE": "/ca.pem",
        "ALL_PROXY": "http://p.example:8080",
        "UV_HTTP_TIMEOUT": "180",
        "UV_INSECURE_HOST": "a b",
    }
