"""Importing TensorFlow without the notes about absent GPUs that its C++ side writes to stderr on every start."""

import os


def import_tensorflow() -> None:
    """Import TensorFlow in silence; set TF_CPP_MIN_LOG_LEVEL=0 to hear everything."""
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") != "3":
        return
    from jobs.train.quiet_stderr import quiet_stderr

    with quiet_stderr():
        import tensorflow  # noqa: F401  # imported for its effect: later imports find it loaded
