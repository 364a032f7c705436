import subprocess
from pathlib import Path

from jobs.train.manifest import code_revision


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_revision_is_that_of_the_code_and_not_of_a_project_around_it(tmp_path: Path) -> None:
    installed = tmp_path / "project" / "site-packages"
    installed.mkdir(parents=True)
    file = installed.parent / "file"
    file.write_text("one")
    assert code_revision(installed.parent) is None
    git(installed.parent, "init")
    git(installed.parent, "add", "file")
    git(installed.parent, "commit", "-m", "First")
    commit = git(installed.parent, "rev-parse", "HEAD")
    assert code_revision(installed.parent) == commit
    assert code_revision(installed) is None
    file.write_text("two")
    assert code_revision(installed.parent) == f"{commit}+changes"
