"""Certificates from files: mistakes are said in one line, and a bad renewal changes nothing."""

import shutil
import subprocess
from pathlib import Path

import pytest

from detector.errors import InvalidRequestError
from services.gateway.security import Tls
from tests.services.gateway.test_access import certificate


def folder(path: Path, name: str) -> Path:
    (path / name).mkdir()
    return path / name


def test_a_file_that_is_not_there_names_the_variables(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    for pair in ((cert, tmp_path / "none"), (tmp_path / "none", key)):
        with pytest.raises(InvalidRequestError, match=r"none for TLS.*DETECTOR_TLS_KEY"):
            Tls(*pair)


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    cert, _ = certificate(folder(tmp_path, "one"))
    _, key = certificate(folder(tmp_path, "other"))
    with pytest.raises(InvalidRequestError, match="key values mismatch"):
        Tls(cert, key)


def test_files_that_are_not_pem_are_refused(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    (tmp_path / "text").write_text("hello")
    for pair in ((cert, tmp_path / "text"), (tmp_path / "text", key)):
        with pytest.raises(InvalidRequestError, match="in PEM"):
            Tls(*pair)


def test_an_encrypted_key_is_refused_instead_of_asking_the_terminal(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    locked = tmp_path / "locked.pem"
    subprocess.run(
        ["openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", locked],
        check=True,
        capture_output=True,
    )
    with pytest.raises(InvalidRequestError, match="encrypted"):
        Tls(cert, locked)


def test_a_bad_renewal_leaves_the_old_pair_serving(tmp_path: Path) -> None:
    cert, key = certificate(folder(tmp_path, "one"))
    other, _ = certificate(folder(tmp_path, "other"))
    tls = Tls(cert, key)
    kept = shutil.copy(cert, tmp_path / "kept.pem")
    with pytest.raises(InvalidRequestError):
        tls.load(other, key)
    assert tls.rpc_credentials() is not None
    tls.load(Path(kept), key)
