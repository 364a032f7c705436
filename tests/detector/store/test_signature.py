"""Signatures: made while a version is staged if a key is named, and broken by any change of it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from detector.errors import InvalidRequestError, StoreError, UntrustedError
from detector.store.signature import (
    SIGNATURE,
    SIGNED,
    is_signed,
    read_trusted_keys,
    sign,
    signing_key,
    verify,
)
from jobs.registry import Registry
from tests.detector.store.example import publish
from tests.detector.store.keys import make_keys

NAME = "detector"
Trusted = tuple[Ed25519PublicKey, ...]


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trusted:
    """The public key of the one that versions are signed with from here on."""
    private, public = make_keys(tmp_path)
    monkeypatch.setenv("DETECTOR_SIGNING_KEY", str(private))
    return read_trusted_keys(public)


@pytest.fixture
def store(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "store")


def test_without_a_key_nothing_is_signed(store: Registry, tmp_path: Path) -> None:
    version = publish(store)
    _, public = make_keys(tmp_path)
    assert not is_signed(store.model_dir(NAME, version))
    with pytest.raises(UntrustedError, match="not signed"):
        verify(NAME, version, store.folders(NAME, version), read_trusted_keys(public))


def test_what_was_signed_is_trusted_by_its_own_key_alone(
    store: Registry, tmp_path: Path, trusted: Trusted
) -> None:
    version = publish(store)
    folders = store.folders(NAME, version)
    verify(NAME, version, folders, trusted)
    others = read_trusted_keys(make_keys(tmp_path, "other")[1])
    verify(NAME, version, folders, (*others, *trusted))
    with pytest.raises(UntrustedError, match="by a key that is trusted"):
        verify(NAME, version, folders, others)


def add_byte(folder: Path) -> None:
    with next(path for path in sorted(folder.rglob("*")) if path.is_file()).open("ab") as file:
        file.write(b"!")


def add_file(folder: Path) -> None:
    (folder / "more").touch()


def remove(folder: Path) -> None:
    next(path for path in sorted(folder.rglob("*")) if path.is_file()).unlink()


@pytest.mark.parametrize("part", ["artifacts", "eval", "model"])
@pytest.mark.parametrize("change", [add_byte, add_file, remove])
def test_any_change_anywhere_breaks_it(
    store: Registry, trusted: Trusted, part: str, change: Callable[[Path], None]
) -> None:
    version = publish(store)
    folders = store.folders(NAME, version)
    (folders["eval"] / "photo").write_bytes(b"so that there is one")
    shutil.rmtree(folders["model"] / SIGNED.parent)
    key = signing_key()
    assert key is not None
    sign(NAME, version, folders, key)
    verify(NAME, version, folders, trusted)
    change(folders[part])
    with pytest.raises(UntrustedError):
        verify(NAME, version, folders, trusted)


def test_a_signature_that_cannot_be_read_is_an_error_of_the_store(store: Registry, trusted: Trusted) -> None:
    version = publish(store)
    signed = store.model_dir(NAME, version) / SIGNED
    signed.unlink()
    signed.mkdir()
    with pytest.raises(StoreError, match=r"Cannot read .*contents\.json"):
        verify(NAME, version, store.folders(NAME, version), trusted)


def test_the_signature_of_one_version_is_none_of_another(store: Registry, trusted: Trusted) -> None:
    version = publish(store)
    for name, number in ((NAME, version + 1), ("another", version)):
        with pytest.raises(UntrustedError, match="not what was signed"):
            verify(name, number, store.folders(NAME, version), trusted)


def test_openssl_verifies_it_too(store: Registry, tmp_path: Path, trusted: Trusted) -> None:
    model = store.model_dir(NAME, publish(store))
    verified = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", tmp_path / "key.pub.pem", "-rawin",
         "-in", model / SIGNED, "-sigfile", model / SIGNATURE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Verified Successfully" in verified.stdout, verified.stderr


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_is_refused_before_anything_is_published(
    store: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    monkeypatch.setenv("DETECTOR_SIGNING_KEY", str(path))
    with pytest.raises(InvalidRequestError, match="is no private key"):
        publish(store)
    assert store.versions(NAME) == ()
    with pytest.raises(InvalidRequestError, match="must hold Ed25519 public keys"):
        read_trusted_keys(path)


def test_keys_that_are_not_there_or_of_another_kind_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETECTOR_SIGNING_KEY", str(tmp_path / "none.pem"))
    with pytest.raises(InvalidRequestError, match="cannot read"):
        signing_key()
    other = tmp_path / "ec.pem"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", other],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("DETECTOR_SIGNING_KEY", str(other))
    with pytest.raises(InvalidRequestError, match="no Ed25519 key"):
        signing_key()
