"""Reads QR codes as a phone does."""

import cv2
import numpy as np
from numpy.typing import NDArray

DARK = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


def read(modules: NDArray[np.uint8]) -> str:
    """What a picture of modules says, 1 for dark."""
    picture = np.kron(np.where(modules, 0, 255), np.ones((8, 8))).astype(np.uint8)
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    return text


def modules_of(code: str) -> NDArray[np.uint8]:
    """The modules of a code in half blocks."""
    halves = [[DARK[character] for character in line] for line in code.splitlines()]
    return np.array(halves, np.uint8).transpose(0, 2, 1).reshape(2 * len(halves), -1)
