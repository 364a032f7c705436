"""Importing TensorFlow without the notes about absent GPUs that its C++ side writes to stderr on every start."""

import os

_LOUD = frozenset({"0", "1"})


def import_tensorflow() -> None:
    """Import TensorFlow in silence; TF_CPP_MIN_LOG_LEVEL=0 (everything) or 1 (warnings) makes it heard."""
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") in _LOUD:
        return
    from detector.quiet_stderr import quiet_stderr

    # Not left to the level: some notes are written before it is read, and as errors.
    with quiet_stderr():
        import tensorflow  # noqa: F401  # imported for its effect: later imports find it loaded
