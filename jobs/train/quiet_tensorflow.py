"""TensorFlow and the converters write notes to the terminal, also from C++: here they are run in silence."""

import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

from detector.errors import DetectorError, ExportError
from detector.quiet_stderr import STDERR, STDOUT, quiet_stderr, redirected

_KEPT_LINES = 8
_LOUD_LEVELS = frozenset({"0", "1"})


def import_tensorflow() -> None:
    """Import TensorFlow without its notes about absent GPUs.

    TF_CPP_MIN_LOG_LEVEL=0 (everything) or 1 (warnings) lets them through.
    """
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") in _LOUD_LEVELS:
        return
    # Not left to the level: some notes are written before it is read, and as errors.
    with quiet_stderr():
        import tensorflow  # noqa: F401  # imported for its effect: later imports find it loaded


@contextmanager
def quiet_conversion(what: str) -> Iterator[None]:
    """Run a conversion without its output, from Python or from C++, reaching the terminal.

    Raises:
        ExportError: the conversion failed; the message holds `what` and the last lines that it printed.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        try:
            with (
                redirected(STDOUT, STDERR, into=log.fileno()),
                _python_streams_into(log),
                _without_log_records(),
            ):
                yield
        except DetectorError:
            raise
        except (ValueError, TypeError, RuntimeError, KeyError, AssertionError, SystemExit) as error:
            log.seek(0)
            said = log.read().strip().splitlines()[-_KEPT_LINES:]
            detail = "\n".join([f"{type(error).__name__}: {error}", *said])
            raise ExportError(f"{what} failed; nothing was published. {detail}") from error


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
