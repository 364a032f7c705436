"""`detector release` as a person and a script use it: exit codes, one message, one JSON object, no TensorFlow."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from detector.store import Channels
from jobs.cli import main
from jobs.registry import Registry
from tests.detector.store.keys import make_keys
from tests.jobs.release.conftest import store, two_versions
from tests.jobs.release.making import NAME, Making, publish

__all__ = ["store", "two_versions"]

TIMEOUT_S = 60
WITHOUT_TENSORFLOW = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("tensorflow", "keras", "tf_keras", "tensorflow_serving"):
            raise ImportError(f"a release must do without {name}")
sys.meta_path.insert(0, Refuse())
from jobs.cli import main
main()
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    def answer(self) -> dict[str, Any]:
        """The one JSON object of a command that went well."""
        assert self.code == 0, self.err
        fields: dict[str, Any] = json.loads(self.out)
        return fields

    def message(self, code: int) -> str:
        """The last line of a command that ended with this code."""
        assert self.code == code, self.err
        assert "Traceback" not in self.err
        return self.err.splitlines()[-1]


class Detector:
    """The console script, in this process: what it imports once it need not import again."""

    def __init__(
        self, store: Registry, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        self.store = store
        self._monkeypatch = monkeypatch
        self._capfd = capfd

    def __call__(self, *arguments: str, store: Registry | None = None, **variables: str) -> Ended:
        with self._monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("DETECTOR_")]:
                patch.delenv(name)
            patch.setenv("DETECTOR_STORE", str((store or self.store).root))
            for name, value in variables.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["detector", "release", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        said = self._capfd.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)


@pytest.fixture
def detector(store: Registry, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Detector:
    return Detector(store, monkeypatch, capfd)


def in_a_process(store: Registry, *arguments: str, stdin: bytes | None = None) -> bytes:
    """Standard output of the same as a process of its own, in which nobody may import TensorFlow."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DETECTOR_")}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, "release", *arguments, "--store", str(store.root)],
        env=plain,
        input=stdin,
        stdout=subprocess.PIPE,
        timeout=TIMEOUT_S,
        check=True,
    ).stdout


def test_a_release_needs_no_tensorflow(store: Registry) -> None:
    fields = json.loads(in_a_process(store, "promote", "--json"))
    assert fields["after"] == {"stable": 2}


def test_a_version_goes_through_a_pipe(store: Registry, tmp_path: Path) -> None:
    piped = in_a_process(store, "export", "1", "-")
    server = Registry(tmp_path / "server")
    imported = json.loads(in_a_process(server, "import", "-", "--as", "4", "--json", stdin=piped))
    assert (imported["version"], imported["archive_version"]) == (4, 1)


def test_promote_and_roll_back_for_scripts(detector: Detector) -> None:
    promoted = detector("promote", "--json").answer()
    assert (promoted["before"], promoted["after"]) == ({"stable": 1, "canary": 2}, {"stable": 2})
    assert promoted["gate"]["passed"] is True
    assert {check["outcome"] for check in promoted["gate"]["checks"]} == {"passed"}
    listing = detector("list", "--json").answer()
    assert (listing["channels"], [row["version"] for row in listing["versions"]]) == ({"stable": 2}, [1, 2])
    assert listing["log"][-1]["release"]
    assert detector("rollback", "--json").answer()["after"] == {"stable": 1}


def test_promote_and_list_for_people(detector: Detector) -> None:
    promoted = detector("promote")
    assert promoted.code == 0
    assert "AP50" in promoted.out
    assert "Done: stable is 2. Before: stable is 1, canary is 2." in promoted.out
    assert "TensorFlow Serving was not asked" in promoted.err
    assert "Nothing to do: stable is 2 already." in detector("promote", "2").out
    listed = detector("list").out
    assert "loaded" in listed
    assert "promote  stable 1 to 2" in listed


def test_a_refusal_has_its_own_exit_code_and_says_what_failed(detector: Detector) -> None:
    store = detector.store
    publish(store, Making(score_scale=-1.0))
    refused = detector("promote", "3", "--json")
    assert refused.message(8).startswith(
        "error: Version 3 did not pass the gate (AP50); nothing was changed."
    )
    fields = json.loads(refused.out)
    assert (fields["refused"], fields["gate"]["passed"]) == (True, False)
    assert "refused" in detector("promote", "3").out
    assert store.channels(NAME) == Channels(1, 2)
    forced = detector("promote", "3", "--force", "--reason", "a test", "--json").answer()
    assert (forced["forced"], forced["reason"]) == (True, "a test")
    assert "promote (forced)  stable 1 to 3: a test" in detector("list").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("promote", "9"), 1, "There is no version 9"),
        (("promote", "--reason", "x"), 2, "--reason goes with --force"),
        (("promote", "--serving", "nowhere"), 2, "write host:8500"),
        (("promote", "--serving", "serving.invalid:8500", "--timeout", "1"), 10, "no address"),
        (("rollback",), 1, "no earlier stable version"),
        (("export", "1", "/dev/null/x"), 6, "Cannot write"),
        (("import", "/nowhere.tar.gz"), 2, "Cannot open /nowhere.tar.gz"),
        (("import", "/dev/null"), 6, "/dev/null cannot be imported: it is cut off"),
        (("import", "/dev/null", "--as", "-1"), 2, "--as -1"),
    ],
)
def test_mistakes_are_one_message(
    detector: Detector, arguments: tuple[str, ...], code: int, said: str
) -> None:
    assert said in detector(*arguments).message(code)
    assert detector.store.channels(NAME) == Channels(1, 2)


def test_the_servers_can_come_from_the_environment(detector: Detector) -> None:
    ended = detector("promote", "--timeout=1", DETECTOR_TFSERVING_TARGET="dns:///serving.invalid:8500")
    assert "serving.invalid" in ended.message(10)


def test_where_tensorflow_serving_has_the_store_is_kept_or_given(detector: Detector) -> None:
    store = detector.store
    detector("promote")
    assert f'base_path: "{store.root}/models/detector"' in (store.root / "models.config").read_text()
    detector("rollback", DETECTOR_TFSERVING_STORE="/mnt/store")
    assert 'base_path: "/mnt/store/models/detector"' in (store.root / "models.config").read_text()


def test_prune_says_what_went_and_why_the_rest_stayed(detector: Detector) -> None:
    publish(detector.store)
    would = detector("prune", "--keep", "0", "--dry-run").out
    assert "Would delete 3 of detector" in would
    assert "kept 1: stable" in would
    assert detector("prune", "--keep", "0", "--json").answer()["deleted"] == [3]


def test_a_version_goes_from_one_store_to_another(detector: Detector, tmp_path: Path) -> None:
    file, server = tmp_path / "detector-2.tar.gz", Registry(tmp_path / "server")
    exported = detector("export", "2", str(file), "--json").answer()
    assert exported["size_bytes"] == file.stat().st_size
    imported = detector("import", str(file), "--json", store=server).answer()
    assert (imported["version"], imported["channel"]) == (2, "stable")
    again = detector("import", str(file), store=server).out
    assert again.startswith("There already, and the same: version 2 of detector as stable")


def test_an_empty_store_says_how_to_fill_it(detector: Detector, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "`detector train` publishes one" in detector("list", store=Registry(empty)).out


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_slip_in_the_name_of_the_store_is_not_an_empty_store(
    detector: Detector, tmp_path: Path, form: tuple[str, ...]
) -> None:
    listed = detector("list", *form, store=Registry(tmp_path / "stroe"))
    assert (listed.code, listed.out) == (1, "")
    assert "There is no store at" in listed.err


@pytest.mark.parametrize(
    "arguments",
    [["promote"], ["rollback"], ["recover"], ["prune", "--keep", "1"]],
    ids=lambda given: given[0],
)
def test_a_store_that_is_not_there_is_not_made(
    detector: Detector, tmp_path: Path, arguments: list[str]
) -> None:
    ended = detector(*arguments, store=Registry(tmp_path / "stroe"))
    assert ended.message(1).startswith(f"error: There is no store at {tmp_path / 'stroe'}")
    assert not (tmp_path / "stroe").exists()


def test_no_server_is_asked_where_its_name_is_given_as_nothing(detector: Detector) -> None:
    promoted = detector("promote", DETECTOR_TFSERVING_TARGET="", DETECTOR_ACTOR="ada")
    assert promoted.code == 0, promoted.err
    assert json.loads(detector.store.channel_log_path(NAME).read_text().splitlines()[-1])["by"] == "ada"


def test_a_signature_is_asked_for_where_keys_are_trusted(
    detector: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private, public = make_keys(tmp_path)
    assert "is not signed" in detector("promote", DETECTOR_TRUSTED_KEYS=str(public)).message(8)
    with monkeypatch.context() as patch:
        patch.setenv("DETECTOR_SIGNING_KEY", str(private))
        signed = publish(detector.store)
    assert "signature" in detector("promote", str(signed), "--trusted-keys", str(public)).out
    assert "cannot read" in detector("promote", "--trusted-keys", str(tmp_path / "none")).message(2)
    archive = tmp_path / "2.tar.gz"
    detector("export", "2", str(archive))
    server = Registry(tmp_path / "server")
    refused = detector("import", str(archive), store=server, DETECTOR_TRUSTED_KEYS=str(public))
    assert "is not signed" in refused.message(6)


def test_recover_says_what_is_there(detector: Detector) -> None:
    (detector.store.root / "models.config").unlink()
    assert detector("recover").out == f"Nothing of {NAME} is half done; versions: 1, 2\n"
    assert NAME in detector.store.configured_models()
