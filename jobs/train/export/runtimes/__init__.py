"""Each exported kind in the runtime it is made for, behind one interface."""

from jobs.train.export.runtimes.opening import open_runtime
from jobs.train.export.runtimes.runtime import KINDS, Kind, Runtime

__all__ = ["KINDS", "Kind", "Runtime", "open_runtime"]
