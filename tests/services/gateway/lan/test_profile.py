"""The profile for iOS holds the authority, and is the same each time."""

import plistlib
from pathlib import Path

from services.gateway.lan.authority import open_authority
from services.gateway.lan.profile import ios_profile
from tests.services.gateway.lan.examples import NOW


def test_it_holds_the_certificate_as_a_root(tmp_path: Path) -> None:
    authority, _ = open_authority(tmp_path, now=NOW)
    profile = plistlib.loads(ios_profile(authority))
    assert profile["PayloadType"] == "Configuration"
    (root,) = profile["PayloadContent"]
    assert root["PayloadType"] == "com.apple.security.root"
    assert root["PayloadContent"] == authority.der
    assert b"PRIVATE" not in ios_profile(authority)


def test_installing_it_again_replaces_it_and_another_stands_beside_it(tmp_path: Path) -> None:
    one, other = (open_authority(tmp_path / name, now=NOW)[0] for name in ("one", "other"))
    assert ios_profile(one) == ios_profile(one)
    identifiers = [plistlib.loads(ios_profile(each))["PayloadUUID"] for each in (one, other)]
    assert len(set(identifiers)) == 2
