"""A version's signature: Ed25519 (RFC 8032) over the checksums of all its files, made while nobody sees it yet.

It lies with the SavedModel, which gateways do not hand out: it names the held-out photos. What was signed and the
signature are plain files, so that openssl can verify them too.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from detector.errors import InvalidRequestError, UntrustedError
from detector.files import reading, remove_tree, writing
from detector.store.contents import Contents, Entry, contents_of

SIGNING_KEY_VARIABLE = "DETECTOR_SIGNING_KEY"

_FOLDER = PurePosixPath("assets.extra/signature")
SIGNED = _FOLDER / "contents.json"
SIGNATURE = _FOLDER / "ed25519"

_PUBLIC_KEY = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)
_NO_KEY = (ValueError, TypeError, UnsupportedAlgorithm)


def signing_key() -> Ed25519PrivateKey | None:
    """The key in the file that DETECTOR_SIGNING_KEY names, None where it names none.

    Raises InvalidRequestError when the file holds no such key.
    """
    named = os.environ.get(SIGNING_KEY_VARIABLE)
    if not named:
        return None
    try:
        key = load_pem_private_key(_read(Path(named), SIGNING_KEY_VARIABLE), password=None)
    except _NO_KEY as error:
        raise InvalidRequestError(f"{SIGNING_KEY_VARIABLE}: {named} is no private key ({error}).") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidRequestError(
            f"{SIGNING_KEY_VARIABLE}: {named} is no Ed25519 key: `openssl genpkey -algorithm ed25519` makes one."
        )
    return key


def read_trusted_keys(path: Path) -> tuple[Ed25519PublicKey, ...]:
    """The public keys in a PEM file, one after the other. Raises InvalidRequestError when there is none."""
    try:
        keys = [load_pem_public_key(pem) for pem in _PUBLIC_KEY.findall(_read(path, "Trusted keys"))]
    except _NO_KEY as error:
        raise InvalidRequestError(f"Trusted keys: {path} holds what is no public key ({error}).") from error
    trusted = tuple(key for key in keys if isinstance(key, Ed25519PublicKey))
    if not trusted or len(trusted) < len(keys):
        raise InvalidRequestError(
            f"Trusted keys: {path} must hold Ed25519 public keys and no others: `openssl pkey -in KEY -pubout` prints "
            "one."
        )
    return trusted


def is_signed(model: Path) -> bool:
    """Whether the version with this SavedModel's folder has a signature, by whomever."""
    return (model / SIGNED).exists() and (model / SIGNATURE).exists()


def sign(name: str, version: int, folders: Mapping[str, Path], key: Ed25519PrivateKey) -> None:
    """Write the signature of a version that is not visible yet. Raises StoreError."""
    remove_signature(folders["model"])
    stated = contents_of(name, version, folders).to_json()
    for path, content in ((SIGNED, stated), (SIGNATURE, key.sign(stated))):
        file = folders["model"] / path
        with writing(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def remove_signature(model: Path) -> None:
    """Take the signature of a version away that is not visible yet: it holds no more once anything changes."""
    remove_tree(model / _FOLDER)


def verify(name: str, version: int, folders: Mapping[str, Path], trusted: Sequence[Ed25519PublicKey]) -> None:
    """Every file of the version, and none beside, is as one of the trusted keys signed it.

    Raises UntrustedError, and StoreError when the disk refuses.
    """
    called = f"Version {version} of {name!r}"
    model = folders["model"]
    if not is_signed(model):
        raise UntrustedError(f"{called} is not signed.")
    with reading(model):
        stated, signature = (model / SIGNED).read_bytes(), (model / SIGNATURE).read_bytes()
    if not any(_made_by(key, signature, stated) for key in trusted):
        raise UntrustedError(f"{called} is not signed by a key that is trusted here.")
    there = contents_of(name, version, folders)
    if Contents(name, version, without_signature(there.entries)).to_json() != stated:
        raise UntrustedError(
            f"{called} is not what was signed: its files, its name or its number were changed."
        )


def without_signature(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """All files but those of the signature."""
    of_it = {f"model/{SIGNED}", f"model/{SIGNATURE}"}
    return {path: entry for path, entry in entries.items() if path not in of_it}


def _made_by(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequestError(f"{what}: cannot read {path}: {error.strerror}.") from error
