from pathlib import Path

import pytest

from jobs.cli import convert
from jobs.cli.convert import Format
from jobs.train.data.writers import WRITERS
from tests.jobs.train.data.writing import put, voc_xml, write_voc


def test_a_person_reads_what_was_written_and_what_was_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_voc(tmp_path / "data")
    put(tmp_path / "data" / "Annotations" / "gone.xml", voc_xml("gone.jpg", [("cat", 1, 1, 20, 20)]))
    out = tmp_path / "out.zip"
    convert.command(tmp_path / "data", out, Format.yolo)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{out}: 4 photos and 4 boxes in format yolo, read as voc"
    assert out.is_file()
    assert any("gone.xml" in line for line in lines)


def test_the_formats_that_can_be_chosen_are_those_that_are_written() -> None:
    assert {entry.value for entry in Format} == set(WRITERS)
