"""The page with every photo and its boxes."""

import base64
import hashlib
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from jobs.train.check import CheckedData, check_data, render_page
from jobs.train.config import TrainConfig
from tests.detector.pictures import encode, noise
from tests.jobs.train.data.writing import LABELS, Labelled, put, voc_xml, write_voc, write_yolo_photos

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def checked(tmp_path: Path) -> CheckedData:
    samples = [Labelled(f"photo{i}", ((LABELS[i % 2], 20, 10, 120, 60),), 200 + i) for i in range(5)]
    write_voc(tmp_path, [*samples, Labelled("empty", (), 300)])
    put(tmp_path / "JPEGImages" / "zz.jpg", encode(noise(200, 100, seed=400)))
    put(tmp_path / "Annotations" / "zz.xml", voc_xml("zz.jpg", [(HOSTILE, 150, 50, 260, 90)]))
    put(tmp_path / "Annotations" / "gone.xml", voc_xml("gone.jpg", [("cat", 1, 1, 20, 20)]))
    return check_data(tmp_path, TrainConfig(size=128))


def figures(page: str) -> list[str]:
    return re.findall(r"<figure.*?</figure>", page, re.DOTALL)


def test_every_photo_is_there_with_its_box_and_its_words(checked: CheckedData) -> None:
    page = render_page(checked)
    shown = figures(page)
    assert len(shown) == 7
    own = next(figure for figure in shown if "photo1.jpg" in figure)
    # 200 × 100 pixels are shown at their own size.
    assert '<rect class="box c2" x="20.0" y="10.0" width="100.0" height="50.0"/>' in own
    assert 'aria-label="JPEGImages/photo1.jpg: 1 × dog"' in own
    encoded = re.search(r"data:image/jpeg;base64,([^\"]+)", own)
    assert encoded is not None
    with Image.open(io.BytesIO(base64.b64decode(encoded[1]))) as picture:
        assert picture.size == (200, 100)
    assert "no objects" in next(figure for figure in shown if "empty.jpg" in figure)


def test_photos_with_faults_come_first_and_say_what_is_wrong(checked: CheckedData) -> None:
    first, *others = figures(render_page(checked))
    assert "zz.jpg" in first
    assert 'data-level="fault"' in first
    assert "reaches outside the photo; clipped." in first
    assert not any('data-level="fault"' in figure for figure in others)


def test_problems_without_a_photo_stand_above_the_photos(checked: CheckedData) -> None:
    page = render_page(checked)
    assert "Annotations/gone.xml" in page[: page.index("<figure")]


def test_names_of_strangers_are_escaped_and_nothing_is_loaded(checked: CheckedData) -> None:
    page = render_page(checked)
    assert HOSTILE not in page
    assert HOSTILE.replace("<", "&lt;").replace(">", "&gt;") in page
    assert re.findall(r"""(?:src|href)=["'](?!data:)""", page) == []
    assert page.count("<script>") == 1


def test_the_page_allows_its_own_script_and_no_other(checked: CheckedData) -> None:
    page = render_page(checked)
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in page
    )


def test_photos_beyond_the_bound_are_counted_and_faults_stay(checked: CheckedData) -> None:
    page = render_page(checked, max_photos=2)
    shown = figures(page)
    assert len(shown) == 2
    assert "zz.jpg" in shown[0]
    assert "5 of 7 photos are not on this page" in page


def test_progress_counts_the_photos(checked: CheckedData) -> None:
    calls: list[tuple[int, int]] = []
    render_page(checked, on_progress=lambda done, total: calls.append((done, total)))
    assert calls == [(done, 7) for done in range(1, 8)]


def test_a_problem_of_an_annotation_file_stands_at_the_photo_that_it_is_called_like(tmp_path: Path) -> None:
    samples = [Labelled(f"photo{i}", ((LABELS[i % 2], 20, 10, 120, 60),), 200 + i) for i in range(4)]
    write_yolo_photos(tmp_path, samples)
    put(tmp_path / "data.yaml", "names: [cat, dog]\ntrain: images\n")
    with (tmp_path / "labels" / "photo2.txt").open("a") as lines:
        lines.write("0 nonsense\n")
    page = render_page(check_data(tmp_path, TrainConfig(size=96)))
    first = figures(page)[0]
    assert "photo2.jpg" in first
    assert "line 2 is not numbers" in first
    assert "labels/photo2.txt" not in page
