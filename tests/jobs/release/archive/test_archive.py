"""A version as one file: there and back unchanged, and nothing that is not whole, true and harmless gets in."""

import gzip
import io
import json
import os
import random
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from detector.errors import InvalidRequestError, NotFoundError, StoreError
from detector.manifest import validate_manifest
from detector.store import Channels
from jobs.registry import Registry
from jobs.release.archive import Wanted, export_to_file, export_version, import_from_file, import_version
from jobs.release.gate import run_gate
from tests.detector.damage import damaged
from tests.jobs.registry.test_crashes import disk, kill_everywhere
from tests.jobs.release.archive.forging import Member, listed, members_of, with_contents, with_file, write
from tests.jobs.release.making import NAME, publish

__all__ = ["disk"]


@pytest.fixture(scope="module")
def archive(two_versions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 2, exported."""
    file = tmp_path_factory.mktemp("archive") / "detector-2.tar.gz"
    export_to_file(Registry(two_versions), NAME, 2, file)
    return file


@pytest.fixture
def server(tmp_path: Path) -> Registry:
    """A store that has nothing yet."""
    return Registry(tmp_path / "server")


def files_of(store: Registry, version: int) -> dict[str, bytes]:
    folders = (
        store.model_dir(NAME, version),
        store.artifacts_dir(NAME, version),
        store.eval_dir(NAME, version),
    )
    return {
        f"{folder.parent.parent.name}/{path.relative_to(folder)}": path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def assert_untouched(store: Registry) -> None:
    """Nothing can be seen, nothing is left over."""
    assert store.versions(NAME) == ()
    assert not (store.root / "models").exists()
    staging = store.root / ".staging" / NAME
    assert [path.name for path in staging.glob("[0-9]*")] == []


def test_there_and_back_is_the_same_version(two_versions: Path, archive: Path, server: Registry) -> None:
    imported = import_from_file(server, archive)
    assert (imported.version, imported.channel, imported.already_there) == (2, "stable", False)
    assert files_of(server, 2) == files_of(Registry(two_versions), 2)
    assert server.channels(NAME) == Channels(stable=2)
    line = json.loads(server.channel_log_path(NAME).read_text())
    assert (line["action"], line["to"]) == ("import", 2)


def test_what_was_imported_can_be_released(two_versions: Path, archive: Path, server: Registry) -> None:
    first = archive.with_name("detector-1.tar.gz")
    export_to_file(Registry(two_versions), NAME, 1, first)
    import_from_file(server, first)
    import_from_file(server, archive)
    assert run_gate(server, NAME, 2, 1).passed
    assert server.channels(NAME) == Channels(1, 2)


def test_the_same_version_gives_the_same_bytes(two_versions: Path, archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(two_versions, copy)
    for path in copy.rglob("*"):
        os.utime(path, (1, 1))
    again = tmp_path / "again.tar.gz"
    export_to_file(Registry(copy), NAME, 2, again)
    assert again.read_bytes() == archive.read_bytes()


def test_any_tar_lists_it(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert names[0] == "contents.json"
    assert "artifacts/manifest.json" in names
    assert "model/saved_model.pb" in names
    assert "eval/annotations.json" in names


def test_it_goes_through_a_pipe(two_versions: Path, archive: Path, server: Registry) -> None:
    out = io.BytesIO()
    export_version(Registry(two_versions), NAME, 2, out)
    assert out.getvalue() == archive.read_bytes()
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(out.getvalue())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert import_version(server, pipe, source="The archive").version == 2
    os.wait()


def test_the_same_twice_is_there_already(archive: Path, server: Registry) -> None:
    import_from_file(server, archive)
    before = files_of(server, 2)
    assert import_from_file(server, archive).already_there
    assert (files_of(server, 2), server.versions(NAME)) == (before, (2,))


def test_a_number_that_is_taken_by_another_content_is_refused(archive: Path, server: Registry) -> None:
    for _ in range(2):
        publish(server)
    with pytest.raises(
        StoreError, match=r"Version 2 of 'detector' is in the store with another content.*--as next"
    ):
        import_from_file(server, archive)
    assert server.versions(NAME) == (1, 2)
    imported = import_from_file(server, archive, Wanted(number="next"))
    assert (imported.version, imported.archive_version) == (3, 2)


def test_a_number_that_was_used_before_is_refused(archive: Path, server: Registry) -> None:
    for _ in range(3):
        publish(server)
    server.set_channels(NAME, Channels(1), action="test")
    server.remove(NAME, 2)
    with pytest.raises(StoreError, match=r"was used before or is being built.*--as next"):
        import_from_file(server, archive)


def test_under_another_number_all_but_the_number_is_the_same(
    two_versions: Path, archive: Path, server: Registry
) -> None:
    assert import_from_file(server, archive, Wanted(number=7)).version == 7
    manifest = server.manifest(NAME, 7)
    assert manifest.version == 7
    validate_manifest(manifest, artifacts=server.artifacts_dir(NAME, 7), model=server.model_dir(NAME, 7))
    before, after = files_of(Registry(two_versions), 2), files_of(server, 7)
    assert {path for path in before if before[path] != after[path]} == {"artifacts/manifest.json"}
    assert import_from_file(server, archive, Wanted(number=7)).already_there
    assert import_from_file(server, archive, Wanted(number="next")).version == 8


def test_only_the_model_that_is_wanted_gets_in(archive: Path, server: Registry) -> None:
    with pytest.raises(InvalidRequestError, match="is of the model 'detector', not of 'pets'"):
        import_from_file(server, archive, Wanted(name="pets"))
    assert import_from_file(server, archive, Wanted(name=NAME)).version == 2


def test_what_cannot_be_exported(store: Registry, tmp_path: Path) -> None:
    file = tmp_path / "out.tar.gz"
    with pytest.raises(NotFoundError):
        export_to_file(store, NAME, 9, file)
    (store.artifacts_dir(NAME, 2) / "tflite" / "f32.tflite").write_bytes(b"damage")
    with pytest.raises(StoreError, match="instead of"):
        export_to_file(store, NAME, 2, file)
    (store.eval_dir(NAME, 1) / "link").symlink_to("/etc/passwd")
    with pytest.raises(StoreError, match="link or a special file"):
        export_to_file(store, NAME, 1, file)
    assert list(tmp_path.glob("*out*")) == []
    file.write_text("mine")
    with pytest.raises(InvalidRequestError, match="exists already"):
        export_to_file(store, NAME, 1, file)
    assert file.read_text() == "mine"


def test_a_disk_that_is_full_leaves_no_half_archive(store: Registry) -> None:
    with pytest.raises(StoreError, match=r"Cannot write .*out\.tar\.gz"):
        export_to_file(store, NAME, 1, Path("/proc/out.tar.gz"))


def test_an_archive_cut_off_anywhere_is_refused(archive: Path, server: Registry) -> None:
    content = archive.read_bytes()
    for length in sorted({0, 1, 9, 40, *range(100, len(content), len(content) // 40), len(content) - 1}):
        with pytest.raises(StoreError, match=r"The archive cannot be imported: "):
            import_version(server, io.BytesIO(content[:length]), source="The archive")
        assert_untouched(server)


def test_an_archive_damaged_anywhere_is_refused_or_the_same(archive: Path, tmp_path: Path) -> None:
    content, source = archive.read_bytes(), random.Random(0)
    with tarfile.open(archive) as tar:
        whole = tar.getnames()
    refusals = 0
    for attempt in range(100):
        server = Registry(tmp_path / str(attempt))
        try:
            import_version(server, io.BytesIO(damaged(content, source)), source="The archive")
        except StoreError:
            refusals += 1
            assert_untouched(server)
        else:
            # The time and the like in gzip's header say nothing of the content.
            assert len(files_of(server, 2)) == len(whole) - 1
    assert refusals > 80


def refused(server: Registry, file: Path, reason: str) -> None:
    with pytest.raises(StoreError, match=reason):
        import_from_file(server, file)
    assert_untouched(server)


@pytest.mark.parametrize(
    "path",
    [
        "../escaped",
        "artifacts/../../escaped",
        "/tmp/escaped",
        "artifacts//escaped",
        "artifacts/./escaped",
        "artifacts\\..\\escaped",
        "channels/detector.json",
        "artifacts",
        "artifacts/a\nb",
        "artifacts/a\0b",
        "",
    ],
)
def test_no_file_leaves_the_versions_folders(archive: Path, server: Registry, path: str) -> None:
    forged = archive.with_name("forged.tar.gz")
    refused(server, write(forged, with_file(members_of(archive), path, b"x")), "is not a path of a version")
    members = [
        *members_of(archive)[:3],
        Member(path.replace("\0", "?") or "x", b"x"),
        *members_of(archive)[3:],
    ]
    refused(server, write(forged, members), "cannot be imported")
    assert not list(server.root.parent.rglob("escaped"))


@pytest.mark.parametrize(
    "kind",
    [
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.DIRTYPE,
        tarfile.FIFOTYPE,
        tarfile.CHRTYPE,
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_SPARSE,
    ],
)
def test_only_plain_files_get_in(archive: Path, server: Registry, kind: bytes) -> None:
    forged = archive.with_name("forged.tar.gz")
    first, *rest = members_of(archive)
    link = Member(rest[0].path, b"", kind, link="/etc/passwd")
    refused(server, write(forged, [first, link, *rest[1:]]), "is not a plain file")
    refused(server, write(forged, [Member(first.path, first.content, kind), *rest]), "is not a plain file")


def test_a_header_that_claims_terabytes_is_not_believed(archive: Path, server: Registry) -> None:
    forged = archive.with_name("forged.tar.gz")
    first, *rest = members_of(archive)
    huge = Member(rest[0].path, rest[0].content, size=2**43)
    refused(server, write(forged, [first, huge, *rest[1:]]), "has 8796093022208 bytes instead of")
    refused(
        server,
        write(forged, [Member(first.path, first.content, size=2**33)]),
        "does not begin with contents.json",
    )
    pax = Member("pax", b"", tarfile.XHDTYPE, size=2**40)
    refused(server, write(forged, [pax, first, *rest]), "is not a plain file")


def test_contents_that_claim_more_than_there_is_room_for(archive: Path, server: Registry) -> None:
    forged = archive.with_name("forged.tar.gz")
    members = members_of(archive)
    files = json.loads(members[0].content)["files"]
    many = [listed(f"eval/{index}", b"", size_bytes=2**32 - 1) for index in range(3)]
    refused(
        server, write(forged, with_contents(members, files=files + many)), "at most 8000000000 are unpacked"
    )
    one = [listed("eval/x", b"", size_bytes=2**32)]
    refused(server, write(forged, with_contents(members, files=files + one)), "4 GiB and more")


def test_a_bomb_behind_the_last_file_is_not_unpacked(archive: Path, server: Registry) -> None:
    forged = archive.with_name("forged.tar.gz")
    members = members_of(archive)
    refused(server, write(forged, members, tail=bytes(200_000_000)), "more in it than its contents say")
    refused(server, write(forged, members, tail=b"\0" * 512 + b"x"), "more in it than its contents say")


def test_what_the_contents_say_is_what_is_in_it(archive: Path, server: Registry) -> None:
    forged = archive.with_name("forged.tar.gz")
    first, *rest = members_of(archive)
    wrong = Member(rest[0].path, bytes(len(rest[0].content)))
    refused(server, write(forged, [first, wrong, *rest[1:]]), "has another content than when")
    refused(server, write(forged, [first, *rest[1:]]), "cannot be imported")
    refused(server, write(forged, [first, rest[0], *rest]), "is there twice")
    refused(server, write(forged, [first, Member("eval/more", b"x"), *rest]), "is not in its contents")
    refused(server, write(forged, rest), "does not begin with contents.json")
    refused(server, write(forged, []), "is no header of a tar file|is cut off")


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "zip"},
        {"schema": 2},
        {"schema": "1"},
        {"name": "../x"},
        {"name": 1},
        {"version": 0},
        {"version": "2"},
        {"version": True},
        {"version": 2**40},
        {"files": []},
        {"files": {}},
        {"files": [1]},
        {"files": None},
        {"files": [{"path": "eval/x"}]},
        {"files": [listed("artifacts/manifest.json", b"", sha256="0")]},
        {"files": [listed("artifacts/manifest.json", b"", size_bytes=-1)]},
        {"files": [listed("artifacts/manifest.json", b"", size_bytes=1.5)]},
        {"files": [listed("artifacts/manifest.json", b"")] * 2},
    ],
)
def test_contents_that_make_no_sense_are_refused(
    archive: Path, server: Registry, changes: dict[str, Any]
) -> None:
    forged = write(archive.with_name("forged.tar.gz"), with_contents(members_of(archive), **changes))
    refused(server, forged, "cannot be imported: ")


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"[" * 100_000, b"no JSON"])
def test_contents_that_are_no_json_are_refused(archive: Path, server: Registry, content: bytes) -> None:
    members = [Member("contents.json", content), *members_of(archive)[1:]]
    refused(server, write(archive.with_name("forged.tar.gz"), members), "cannot be imported: ")


def test_the_manifest_inside_has_the_last_word(archive: Path, server: Registry) -> None:
    """Contents that are true of their files, and files that are no version."""
    forged = archive.with_name("forged.tar.gz")
    refused(
        server,
        write(forged, with_contents(members_of(archive), version=5)),
        "The manifest is of 'detector' version 2",
    )
    with pytest.raises(StoreError, match="its manifest 'detector' version 2"):
        import_from_file(
            server, write(forged, with_contents(members_of(archive), version=5)), Wanted(number=6)
        )
    assert_untouched(server)
    without = [member for member in members_of(archive) if not member.path.endswith("f32.tflite")]
    files = [listed(member.path, member.content) for member in without[1:]]
    refused(server, write(forged, with_contents(without, files=files)), r"f32\.tflite is missing")


def test_files_that_are_no_archives(server: Registry, tmp_path: Path) -> None:
    for name, content in {
        "text": b"text",
        "empty": b"",
        "gz": gzip.compress(b"text"),
        "zeros": gzip.compress(bytes(4096)),
    }.items():
        (tmp_path / name).write_bytes(content)
        refused(server, tmp_path / name, "cannot be imported: ")
    with pytest.raises(InvalidRequestError, match="Cannot open"):
        import_from_file(server, tmp_path / "missing")
    with pytest.raises(InvalidRequestError, match="Cannot open"):
        import_from_file(server, tmp_path)


@pytest.mark.slow
def test_killed_at_any_step_the_same_again_imports(archive: Path, disk: Path) -> None:
    files = len(members_of(archive)) - 1

    def check(store: Registry) -> None:
        assert store.versions(NAME) in ((), (2,))
        import_from_file(store, archive)
        assert store.versions(NAME) == (2,)
        assert store.channels(NAME) == Channels(stable=2)
        assert len(files_of(store, 2)) == files

    def act(store: Registry) -> None:
        import_from_file(store, archive)

    assert kill_everywhere(disk, prepare=lambda store: None, action=act, check=check) > 60
