"""A store that the gateway's user may not read: it lives, is not ready, and its log says why."""

from pathlib import Path

import httpx

from tests.services.gateway.running import poll, running_gateway
from tests.unprivileged import obeying_permissions


def test_it_lives_and_its_log_says_why_it_is_not_ready(tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    store.chmod(0o000)
    try:
        with running_gateway(
            store, tmp_path, wait_ready=False, prefix=tuple(obeying_permissions([]))
        ) as gateway:
            told = poll(lambda: [e for e in gateway.events() if e["event"] == "channels_unreadable"])
            assert httpx.get(f"{gateway.url}/livez").status_code == 200
            assert httpx.get(f"{gateway.url}/readyz").status_code == 503
    finally:
        store.chmod(0o755)
    assert [(event["level"], str(store) in event["reason"]) for event in told] == [("error", True)]
    assert "permission denied; make it accessible to this user" in told[0]["reason"]
