"""Runs inside a staged image: `image_imports.py LOCK` imports every module here, with the packages of LOCK alone."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

OWN_PACKAGES = ("detector", "services", "jobs")


class LockedPackages(MetaPathFinder):
    """Refuses packages that are installed on this machine and are not in the image's lock."""

    def __init__(self, locked: frozenset[str]) -> None:
        self._refused = {
            module
            for module, distributions in packages_distributions().items()
            if not locked & {_normalised(each) for each in distributions}
        } - set(OWN_PACKAGES)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in self._refused:
            raise ModuleNotFoundError(f"{fullname} is not in the image", name=fullname)
        return None


def locked_names(lock: str) -> frozenset[str]:
    """The distributions that a lock pins."""
    return frozenset(map(_normalised, re.findall(r"(?m)^([A-Za-z0-9._-]+)==", lock)))


def import_everything() -> int:
    """Import every module of the project that is here; how many there were."""
    names = [
        module.name
        for package in OWN_PACKAGES
        if Path(package).is_dir()
        for module in pkgutil.walk_packages([package], f"{package}.")
        if not module.name.endswith(".__main__")
    ]
    for name in names:
        importlib.import_module(name)
    return len(names)


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.path.insert(0, ".")
    sys.meta_path.insert(0, LockedPackages(locked_names(Path(sys.argv[1]).read_text("utf-8"))))
    print(f"{import_everything()} modules")
