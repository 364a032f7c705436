"""What the gateway uses of uvicorn without being promised it. Where this fails, uvicorn has changed."""

import asyncio
import tomllib
from importlib.metadata import version
from typing import Any

import pytest
import uvicorn
from packaging.requirements import Requirement
from packaging.version import Version
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from tests.services.gateway.rest.test_protocol import Wire
from tests.services.gateway.running import ROOT

PROTOCOL_METHODS = (
    "connection_made",
    "connection_lost",
    "data_received",
    "eof_received",
    "shutdown",
    "on_message_begin",
    "on_url",
    "on_header",
    "on_headers_complete",
    "on_response_complete",
    "_unset_keepalive_if_required",
)
PROTOCOL_ATTRIBUTES = ("app", "cycle", "headers", "loop", "parser", "server_state", "transport")
CYCLE_ATTRIBUTES = ("disconnected", "keep_alive", "more_body", "response_complete", "transport")
PARSER_METHODS = ("feed_data", "get_http_version", "get_method", "should_keep_alive", "should_upgrade")
SERVER_METHODS = ("capture_signals", "startup", "shutdown")
SERVER_ATTRIBUTES = ("config", "server_state", "should_exit")


def missing(owner: Any, names: tuple[str, ...]) -> str:
    """What to do about names that are gone; empty if none is."""
    gone = ", ".join(name for name in names if not hasattr(owner, name))
    kind = owner if isinstance(owner, type) else type(owner)
    advice = (
        "Adapt services/gateway/rest/protocol.py and http_server.py, then raise the bound in pyproject.toml."
    )
    return f"uvicorn {uvicorn.__version__}: {kind.__name__} has no {gone} any more. {advice}" if gone else ""


def test_the_bound_lets_in_no_uvicorn_that_was_not_tried() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    requirements = map(Requirement, project["optional-dependencies"]["gateway"])
    (uvicorn_requirement,) = (each for each in requirements if each.name == "uvicorn")
    tried = Version(version("uvicorn"))
    assert tried in uvicorn_requirement.specifier
    assert Version(f"{tried.major}.{tried.minor + 1}") not in uvicorn_requirement.specifier


@pytest.mark.parametrize(
    ("owner", "names"),
    [
        (HttpToolsProtocol, PROTOCOL_METHODS),
        (uvicorn.Server, SERVER_METHODS),
        (uvicorn.Server(uvicorn.Config(lambda: None)), SERVER_ATTRIBUTES),
        (ServerState(), ("default_headers",)),
    ],
)
def test_what_is_overridden_is_still_there(owner: Any, names: tuple[str, ...]) -> None:
    assert not missing(owner, names), missing(owner, names)


def test_a_connection_and_its_requests_are_still_made_of_the_same_parts() -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(send)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def scenario() -> None:
        config = uvicorn.Config(app, http="httptools", lifespan="off", ws="none", log_config=None)
        config.load()
        state = ServerState()
        connection = HttpToolsProtocol(config=config, server_state=state, app_state={})
        connection.connection_made(Wire())
        connection.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.gather(*state.tasks)
        for owner, names in (
            (connection, PROTOCOL_ATTRIBUTES),
            (connection.cycle, CYCLE_ATTRIBUTES),
            (connection.parser, PARSER_METHODS),
        ):
            assert not missing(owner, names), missing(owner, names)
        connection.connection_lost(None)

    asyncio.run(scenario())
    (send,) = seen
    assert isinstance(getattr(send, "__self__", None), RequestResponseCycle), (
        "An application is no longer given its cycle's own `send`, by which _CloseAfterEarlyAnswer finds the cycle."
    )


def test_every_status_has_its_line() -> None:
    assert httptools_impl.STATUS_LINE[400] == b"HTTP/1.1 400 Bad Request\r\n"
