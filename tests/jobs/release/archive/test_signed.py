"""Archives and promotions where keys are trusted: what nobody signed gets neither in nor out."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from detector.errors import ReleaseRefusedError, UntrustedError
from detector.store import Channels
from detector.store.signature import is_signed, read_trusted_keys, verify
from jobs.registry import Registry
from jobs.release.archive import Wanted, export_to_file, import_from_file
from jobs.release.gate import GateResult
from jobs.release.promote import Force, promote
from tests.detector.store.keys import make_keys
from tests.jobs.release.archive.forging import Member, listed, members_of, with_contents, write
from tests.jobs.release.making import NAME, publish

REPORT = "artifacts/report/index.html"


@dataclass(frozen=True, slots=True)
class Laptop:
    """A store whose only version is signed, that version as an archive, and the keys."""

    store: Registry
    archive: Path
    private: Path
    trusted: tuple[Ed25519PublicKey, ...]


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptop:
    private, public = make_keys(tmp_path)
    store = Registry(tmp_path / "laptop")
    with monkeypatch.context() as patch:
        patch.setenv("DETECTOR_SIGNING_KEY", str(private))
        version = publish(store)
    archive = tmp_path / "signed.tar.gz"
    export_to_file(store, NAME, version, archive)
    return Laptop(store, archive, private, read_trusted_keys(public))


@pytest.fixture
def server(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "server")


def assert_nothing_got_in(server: Registry) -> None:
    assert server.versions(NAME) == ()
    assert not (server.root / "models").exists()


def test_what_was_signed_gets_in_and_can_be_released(laptop: Laptop, server: Registry) -> None:
    wanted = Wanted(trusted=laptop.trusted)
    assert import_from_file(server, laptop.archive, wanted).channel == "stable"
    assert import_from_file(server, laptop.archive, wanted).already_there
    verify(NAME, 1, server.folders(NAME, 1), laptop.trusted)


def test_what_nobody_signed_does_not_get_in(laptop: Laptop, server: Registry, tmp_path: Path) -> None:
    other = Registry(tmp_path / "other")
    archive = tmp_path / "unsigned.tar.gz"
    export_to_file(other, NAME, publish(other), archive)
    with pytest.raises(UntrustedError, match="is not signed"):
        import_from_file(server, archive, Wanted(trusted=laptop.trusted))
    assert_nothing_got_in(server)
    assert import_from_file(server, archive).version == 1
    with pytest.raises(UntrustedError, match="is not signed"):
        import_from_file(server, archive, Wanted(trusted=laptop.trusted))


def test_checksums_that_were_made_anew_do_not_help(laptop: Laptop, server: Registry, tmp_path: Path) -> None:
    evil = b"<script>alert(1)</script>"
    members = members_of(laptop.archive)
    files = [listed(m.path, evil if m.path == REPORT else m.content) for m in members[1:]]
    changed = [Member(m.path, evil) if m.path == REPORT else m for m in with_contents(members, files=files)]
    archive = write(tmp_path / "forged.tar.gz", changed)
    with pytest.raises(UntrustedError, match="not what was signed"):
        import_from_file(server, archive, Wanted(trusted=laptop.trusted))
    assert_nothing_got_in(server)
    # Which shows that it is the signature that keeps it out.
    assert import_from_file(server, archive).version == 1


def test_under_another_number_it_has_to_be_signed_anew(
    laptop: Laptop, server: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Wanted(number=7, trusted=laptop.trusted)
    with pytest.raises(UntrustedError, match="sign it anew with DETECTOR_SIGNING_KEY"):
        import_from_file(server, laptop.archive, wanted)
    assert_nothing_got_in(server)
    monkeypatch.setenv("DETECTOR_SIGNING_KEY", str(laptop.private))
    assert import_from_file(server, laptop.archive, wanted).version == 7
    verify(NAME, 7, server.folders(NAME, 7), laptop.trusted)
    assert import_from_file(server, laptop.archive, wanted).already_there


def test_where_no_key_is_trusted_a_signature_that_holds_no_longer_goes(
    laptop: Laptop, server: Registry
) -> None:
    import_from_file(server, laptop.archive, Wanted(number=7))
    assert not is_signed(server.model_dir(NAME, 7))
    import_from_file(server, laptop.archive)
    assert is_signed(server.model_dir(NAME, 1))


def test_the_gate_asks_for_it_and_nobody_overrules_it(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, seen = laptop.store, list[GateResult]()
    unsigned = publish(store)
    for force in (None, Force("it looks well")):
        with pytest.raises(ReleaseRefusedError, match=r"whatever the options: Version 2 .* is not signed"):
            promote(store, NAME, unsigned, force=force, trusted=laptop.trusted)
    with pytest.raises(ReleaseRefusedError, match="is not signed"):
        promote(store, NAME, publish(store), canary=True, trusted=laptop.trusted)
    monkeypatch.setenv("DETECTOR_SIGNING_KEY", str(laptop.private))
    signed = publish(store)
    promote(store, NAME, signed, trusted=laptop.trusted, on_gate=seen.append)
    assert store.channels(NAME) == Channels(signed)
    assert ("signature", "passed") in {(check.name, check.outcome) for check in seen[0].checks}


def test_a_file_changed_after_the_signature_is_not_released(laptop: Laptop) -> None:
    publish(laptop.store)
    promote(laptop.store, NAME, 2)
    (laptop.store.artifacts_dir(NAME, 1) / "report" / "index.html").write_text("changed")
    with pytest.raises(ReleaseRefusedError, match="not what was signed"):
        promote(laptop.store, NAME, 1, trusted=laptop.trusted)
    assert promote(laptop.store, NAME, 1).after.stable == 1
