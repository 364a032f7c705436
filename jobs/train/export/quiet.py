"""Converters that print are run in silence: what they say is kept and shown only when they fail."""

import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

from detector.errors import DetectorError, ExportError

_KEPT_LINES = 8


@contextmanager
def quiet(what: str) -> Iterator[None]:
    """Run a conversion without its output, on Python's or on the C++ side, reaching the terminal.

    Raises:
        ExportError: the conversion failed; the message holds `what` and the last lines that it printed.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        try:
            with _descriptors_into(log.fileno()), _python_streams_into(log), _without_log_records():
                yield
        except DetectorError:
            raise
        except (ValueError, TypeError, RuntimeError, KeyError, AssertionError, SystemExit) as error:
            log.seek(0)
            said = log.read().strip().splitlines()[-_KEPT_LINES:]
            detail = "\n".join([f"{type(error).__name__}: {error}", *said])
            raise ExportError(f"{what} failed; nothing was published. {detail}") from error


@contextmanager
def _descriptors_into(target: int) -> Iterator[None]:
    saved = {fd: os.dup(fd) for fd in (1, 2)}
    try:
        for fd in saved:
            os.dup2(target, fd)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for fd, copy in saved.items():
            os.dup2(copy, fd)
            os.close(copy)


@contextmanager
def _python_streams_into(log: TextIO) -> Iterator[None]:
    """Python's own streams and warnings: they need not end in descriptors 1 and 2."""
    with redirect_stdout(log), redirect_stderr(log), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _without_log_records() -> Iterator[None]:
    # TensorFlow's own handler keeps the stream it was made with, so the descriptors alone are not enough.
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(before)
