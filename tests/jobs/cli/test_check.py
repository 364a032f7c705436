"""`detector check` as a person and a program use it."""

import inspect
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from detector.errors import DatasetError, InvalidRequestError, OutOfMemoryError, StoreError
from jobs.cli import check, main
from jobs.cli.dataset_text import FEW_PROBLEMS, SHOWN_OF_A_KIND
from jobs.train.check.page import MAX_PHOTOS
from tests.detector.pictures import encode, noise
from tests.jobs.train.data.writing import LABELS, Labelled, contents, put, voc_xml, write_voc

WITHOUT_TENSORFLOW = """
import sys
from jobs.cli import create_cli
create_cli()(sys.argv[1:], standalone_mode=False)
assert "tensorflow" not in sys.modules, "TensorFlow was imported"
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    samples = [Labelled(f"photo{i}", ((LABELS[i % 2], 20, 10, 120, 60),), 200 + i) for i in range(8)]
    write_voc(tmp_path / "data", samples)
    return tmp_path / "data"


def with_faults(data: Path, count: int) -> None:
    for i in range(count):
        put(data / "Annotations" / f"gone{i}.xml", voc_xml("gone.jpg", [("cat", 1, 1, 20, 20)]))


def test_tensorflow_is_not_imported_and_json_is_all_of_standard_output(data: Path) -> None:
    before = contents(data)
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, "check", str(data), "--json", "--size=96"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert json.loads(ended.stdout)["photos"] == 8
    assert ended.stderr == ""
    assert contents(data) == before


def test_few_problems_are_all_listed_and_of_many_each_kind_says_how_many(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_faults(data, FEW_PROBLEMS)
    check.command(data, size=96)
    text = capsys.readouterr().out
    assert text.count("Annotations/gone") == FEW_PROBLEMS
    with_faults(data, FEW_PROBLEMS + 1)
    check.command(data, size=96)
    text = capsys.readouterr().out
    assert text.count("Annotations/gone") == SHOWN_OF_A_KIND
    assert f"missing photo ({FEW_PROBLEMS + 1}):" in text
    assert f"and {FEW_PROBLEMS + 1 - SHOWN_OF_A_KIND} more; detector check --json lists them all" in text


def test_a_person_reads_classes_sides_and_that_nothing_is_wrong(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check.command(data, size=96)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("8 usable photos in format voc, 8 boxes, 0 photos without objects")
    assert "  cat  4 boxes in 4 photos" in lines
    assert "Split: 6 to train on, 2 to validate on" in lines
    assert "No faults were found." in lines


def test_a_person_reads_how_many_photos_are_kept_together(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "2 photos are in 1 group of look-alikes, augmented copies or frames of one video"
    check.command(data, size=96)
    assert "look-alikes" not in capsys.readouterr().out
    copy = encode(noise(200, 100, seed=200), quality=60)
    put(data / "JPEGImages" / "copy.jpg", copy)
    put(data / "Annotations" / "copy.xml", voc_xml("copy.jpg", [("cat", 20, 10, 120, 60)]))
    check.command(data, size=96, html=tmp_path / "check.html")
    assert f"  {said}" in capsys.readouterr().out
    assert said in (tmp_path / "check.html").read_text(encoding="utf-8")


def test_strict_gives_the_report_and_then_refuses(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_faults(data, 1)
    with pytest.raises(DatasetError, match="reading is strict") as refused:
        check.command(data, size=96, strict=True, as_json=True)
    assert refused.value.exit_code == 3
    assert [p["kind"] for p in json.loads(capsys.readouterr().out)["problems"]] == ["missing_photo"]


def test_the_help_says_how_many_photos_a_page_shows() -> None:
    options = inspect.signature(check.command, eval_str=True).parameters["html"].annotation.__metadata__
    assert f"at most {MAX_PHOTOS:,}" in options[0].help


def test_bad_options_are_refused_before_anything_is_read(data: Path, tmp_path: Path) -> None:
    for options, said in (
        ({"size": 100}, "--size"),
        ({"format_name": "xls"}, "--format"),
        ({"val_fraction": 2.0}, "--val-fraction"),
        ({"seed": -1}, "--seed"),
        ({"html": tmp_path}, "--html"),
    ):
        with pytest.raises(InvalidRequestError, match=said):
            check.command(data, **options)


@pytest.mark.parametrize("arguments", [["check", "DATA"], ["convert", "DATA", "OUT", "--to", "csv"]])
def test_memory_that_runs_out_ends_with_the_exit_code_of_a_training(
    arguments: list[str],
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run_out(*_: object, **__: object) -> None:
        raise MemoryError

    places = {"DATA": str(data), "OUT": str(tmp_path / "out")}
    monkeypatch.setattr(sys, "argv", ["detector", *(places.get(word, word) for word in arguments)])
    monkeypatch.setattr("jobs.train.check.checked.inspect_photos", run_out)
    monkeypatch.setattr("jobs.train.data.writers.convert.inspect_photos", run_out)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == OutOfMemoryError.exit_code == 7
    assert "Memory ran out" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_asks_for_another_place(data: Path, tmp_path: Path) -> None:
    put(tmp_path / "file", "no folder")
    with pytest.raises(StoreError, match="choose another place"):
        check.command(data, size=96, html=tmp_path / "file" / "check.html")


def test_the_page_is_written_whole_and_named(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "out" / "check.html"
    check.command(data, size=96, html=page)
    assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [path.name for path in page.parent.iterdir()] == ["check.html"]
    assert f"open {page}" in capsys.readouterr().out
