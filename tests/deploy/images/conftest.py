"""The images, built once, and a store that the training image has filled without a network."""

from collections.abc import Iterator

import pytest

from tests.deploy.images.engine import HARDENED, build, engine, volume

TINY = (
    "--shapes", "24", "--size", "96", "--phase1-epochs", "1", "--phase2-epochs", "1", "--batch-size", "8",
    "--samples", "3",
)  # fmt: skip
"""Enough for a version with every kind; not for one that finds anything."""

TRAIN_TIMEOUT_S = 900.0


@pytest.fixture(scope="session")
def gateway_image() -> str:
    return build("gateway")


@pytest.fixture(scope="session")
def train_image() -> str:
    return build("train")


@pytest.fixture(scope="session")
def store(train_image: str) -> Iterator[str]:
    """A volume with version 1."""
    with volume() as name:
        engine(
            "run", "--rm", "--network", "none", *HARDENED, "-v", f"{name}:/store", train_image, "train", *TINY,
            timeout_s=TRAIN_TIMEOUT_S,
        )  # fmt: skip
        yield name
