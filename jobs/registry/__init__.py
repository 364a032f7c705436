"""The registry of models, to which trainings and imports publish and on which releases build.

A room of its own below the releases: jobs/train publishes through it, and the gate reads what jobs/train wrote.
"""

from jobs.registry.registry import Registry
from jobs.registry.staged_version import StagedVersion

__all__ = ["Registry", "StagedVersion"]
