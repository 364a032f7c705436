"""Libraries that write notes to stderr from C++: TensorFlow when it is imported, LiteRT when it opens a file."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

STDOUT, STDERR = 1, 2


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Discard what the process writes to stderr, also from C++; failures still come as exceptions."""
    with open(os.devnull, "wb") as nowhere, redirected(STDERR, into=nowhere.fileno()):
        yield


@contextmanager
def redirected(*descriptors: int, into: int) -> Iterator[None]:
    """Point file descriptors of the process to another file, and back again at the end."""
    sys.stdout.flush()
    sys.stderr.flush()
    saved = {descriptor: os.dup(descriptor) for descriptor in descriptors}
    try:
        for descriptor in descriptors:
            os.dup2(into, descriptor)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, copy in saved.items():
            os.dup2(copy, descriptor)
            os.close(copy)
