"""pyproject.toml: the project is installed from its checkout and is not for an index."""

import shutil
import subprocess
import sys
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def metadata(tmp_path_factory: pytest.TempPathFactory) -> Message:
    """As the images build it: of pyproject.toml and README.md alone."""
    folder = tmp_path_factory.mktemp("metadata")
    for name in ("pyproject.toml", "README.md"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "built").mkdir()
    script = "from setuptools import build_meta; build_meta.prepare_metadata_for_build_wheel('built')"
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True, capture_output=True)
    (file,) = folder.glob("built/*.dist-info/METADATA")
    return message_from_string(file.read_text("utf-8"))


def test_an_index_refuses_an_upload(metadata: Message) -> None:
    """PyPI refuses every classifier that begins with "Private ::"."""
    assert metadata.get_all("Classifier") == ["Private :: Do Not Upload"]


def test_the_images_have_the_name_that_the_gateway_looks_for(metadata: Message) -> None:
    assert metadata["Name"] == "pocket-detector"
    assert metadata["Version"]
