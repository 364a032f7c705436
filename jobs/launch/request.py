"""What a person asks to have trained in the cluster, checked before anything is submitted."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType

from detector.errors import InvalidRequestError

PULL_POLICIES = ("IfNotPresent", "Always", "Never")

LEAST_KEPT_HOURS = 0.1
"""A Job that is gone at once takes with it how it ended."""
GREATEST_KEPT_HOURS = 8760.0

DEFAULT_CPU, DEFAULT_MEMORY = "500m", "4Gi"
"""A request is what the scheduler keeps free, not what the pod may use: half a processor has room on a node of two
beside a control plane, TensorFlow Serving and the gateway, and training takes all that is idle. Memory cannot be taken
back, so that there request and limit are the same."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_JOB_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?")


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """One training. Sub-paths and `data` are relative to the root of their claim.

    Raises:
        InvalidRequestError: a name, path or quantity that cannot be.
    """

    image: str
    """The training image, as the cluster's nodes pull it."""
    job_name: str
    """Of the Job; up to 63 small letters, digits and '-'."""
    model: str = "detector"
    """The model's name in the store."""
    data: str | None = None
    """Folder or zip of labelled photos in the dataset's claim; None: all of the claim, or the built-in shapes."""
    dataset_claim: str | None = None
    """PersistentVolumeClaim that holds the photos; mounted read-only."""
    dataset_sub_path: str | None = None
    store_claim: str = "store"
    """PersistentVolumeClaim that holds the store; deploy/k8s calls it so."""
    store_sub_path: str | None = None
    train_options: tuple[str, ...] = ()
    """Options of `detector train`, as a person would type them."""

    cpu: str = DEFAULT_CPU
    """Processors that are kept free for the pod; it may use idle ones."""
    memory: str = DEFAULT_MEMORY
    """Memory that the pod is given and may not exceed."""
    retries: int = 3
    """How often a pod that dies is replaced; its successor goes on after the last finished epoch."""
    kept_hours: float = 24.0
    """How long the finished Job and its log stay."""
    pull_policy: str = "IfNotPresent"
    pull_secret: str | None = None
    """Secret with the registry's credentials."""
    service_account: str | None = None
    node_selector: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Labels that the node must have."""
    launch_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Tells the Job of this launch from another one of the same name."""

    def __post_init__(self) -> None:
        if self.data is not None and self.dataset_claim is None:
            raise InvalidRequestError(
                f"{self.data} is a path in a PersistentVolumeClaim: say in which with --dataset-claim. "
                "Photos on this machine are copied there first (docs/kubernetes.md shows how)."
            )
        if self.dataset_sub_path is not None and self.dataset_claim is None:
            raise InvalidRequestError("--dataset-sub-path needs --dataset-claim.")
        if not _JOB_NAME.fullmatch(self.job_name):
            raise InvalidRequestError(
                f"--job-name {self.job_name!r} is not the name of a Job: use up to 63 small letters, digits and '-', "
                "a letter or digit at both ends."
            )
        for option, name in (
            ("--dataset-claim", self.dataset_claim), ("--store-claim", self.store_claim),
            ("--pull-secret", self.pull_secret), ("--service-account", self.service_account),
        ):  # fmt: skip
            _check_name(option, name)
        for option, path in (
            ("DATA", self.data),
            ("--dataset-sub-path", self.dataset_sub_path),
            ("--store-sub-path", self.store_sub_path),
        ):
            _check_path(option, path)
        for option, quantity in (("--cpu", self.cpu), ("--memory", self.memory)):
            if not _QUANTITY.fullmatch(quantity):
                raise InvalidRequestError(f"{option} {quantity!r} is not a quantity such as 500m, 2 or 4Gi.")
        if not self.image.strip() or self.image != self.image.strip():
            raise InvalidRequestError("--image is empty or has blanks around it.")
        if self.pull_policy not in PULL_POLICIES:
            raise InvalidRequestError(
                f"--pull-policy {self.pull_policy!r} is not one of {', '.join(PULL_POLICIES)}."
            )
        if self.retries < 0:
            raise InvalidRequestError(f"--retries {self.retries} is less than 0.")
        if not LEAST_KEPT_HOURS <= self.kept_hours <= GREATEST_KEPT_HOURS:
            raise InvalidRequestError(
                f"--keep-hours {self.kept_hours:g} is not from {LEAST_KEPT_HOURS:g} to {GREATEST_KEPT_HOURS:g}."
            )


def _check_name(option: str, name: str | None) -> None:
    if name is not None and not _NAME.fullmatch(name):
        raise InvalidRequestError(
            f"{option} {name!r} is not a name in Kubernetes: use small letters, digits, '-' and '.'."
        )


def _check_path(option: str, path: str | None) -> None:
    if path is not None and (
        not path or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts
    ):
        raise InvalidRequestError(f"{option} {path!r} is not a path within its claim: no leading / and no ..")
