"""Has uv look for packages where pip does; `python -m requirements.uv ...` is `uv pip compile ...`.

uv reads neither pip's configuration files nor pip's environment variables. People and machines that have configured pip
(another index, a certificate, a proxy) need not configure uv as well: pip's settings are translated for each call.
Whoever has configured uv itself is left alone.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

UV_SOURCES = (
    "UV_CONFIG_FILE",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_NO_INDEX",
)
"""With one of these set, uv has been told where packages come from."""
FALSE = frozenset({"", "0", "false", "no", "off", "n", "f"})


def uv_environment(
    environ: Mapping[str, str], *, python: str = sys.executable, main_index_only: bool = False
) -> dict[str, str]:
    """`environ` with pip's settings added as uv's, for every variable that it does not have yet."""
    pip = parse_pip_settings(_pip_config_list(python, environ))
    found = connection_settings(pip)
    if not _uv_has_sources(environ):
        found |= source_settings(pip, main_index_only=main_index_only)
    return {**found, **environ}


def parse_pip_settings(listing: str) -> dict[str, str]:
    """What `pip install` goes by, from the output of `pip config list`; an option's name is its key.

    The environment overrides the section `install` of the files, and that the section `global`.
    """
    sections: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listing.splitlines():
        key, equals, value = line.partition("=")
        section, dot, option = key.partition(".")
        if equals and dot and section in sections:
            sections[section][option] = str(ast.literal_eval(value))
    return {option: value for found in sections.values() for option, value in found.items()}


def source_settings(pip: Mapping[str, str], *, main_index_only: bool = False) -> dict[str, str]:
    """Where packages come from."""
    found: dict[str, str] = {}
    if "index-url" in pip:
        found["UV_DEFAULT_INDEX"] = pip["index-url"]
    if main_index_only:
        return found
    if extra := pip.get("extra-index-url", "").split():
        found["UV_INDEX"] = " ".join(extra)
        # pip looks at all indexes and so must uv, which by default stops at the first that knows a name. A lock has
        # hashes: no index can slip in another file.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    # uv stops at a folder that is not there, pip does not.
    if links := [link for link in pip.get("find-links", "").split() if "://" in link or Path(link).exists()]:
        found["UV_FIND_LINKS"] = ",".join(links)
    if pip.get("no-index", "").lower() not in FALSE:
        found["UV_NO_INDEX"] = "1"
    return found


def connection_settings(pip: Mapping[str, str]) -> dict[str, str]:
    """How the network is reached."""
    timeout = pip.get("timeout", pip.get("default-timeout"))
    found = {
        "SSL_CERT_FILE": pip.get("cert"),
        "SSL_CLIENT_CERT": pip.get("client-cert"),
        "ALL_PROXY": pip.get("proxy"),
        "UV_HTTP_TIMEOUT": str(round(float(timeout))) if timeout else None,
        "UV_INSECURE_HOST": " ".join(pip.get("trusted-host", "").split()),
    }
    return {name: value for name, value in found.items() if value}


def uv_program(python: str = sys.executable) -> Path:
    """The uv that is installed beside `python`."""
    return Path(python).with_name("uv")


def _uv_has_sources(environ: Mapping[str, str]) -> bool:
    configuration = Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    files = (configuration / "uv" / "uv.toml", Path("/etc/uv/uv.toml"))
    return any(environ.get(name) for name in UV_SOURCES) or any(path.is_file() for path in files)


def _pip_config_list(python: str, environ: Mapping[str, str]) -> str:
    command = [python, "-m", "pip", "config", "list"]
    result = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    # pip says itself what is wrong with its configuration when it is used next.
    return result.stdout if result.returncode == 0 else ""


def main() -> None:
    """Run `uv pip compile` with the same arguments."""
    program = uv_program()
    # A lock names every file of a version. A further index, such as a folder of wheels for one kind of machine, may
    # have only some of them.
    environment = uv_environment(os.environ, main_index_only=True)
    os.execve(program, [str(program), "pip", "compile", *sys.argv[1:]], environment)


if __name__ == "__main__":
    main()
