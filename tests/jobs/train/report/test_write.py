import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from detector.detections import GroundTruth
from detector.errors import StoreError
from detector.evaluation import evaluate
from jobs.train.report import TrainingFacts, write_report
from tests.jobs.train.report.examples import (
    LEFT,
    THRESHOLD,
    evaluated,
    example_data,
    example_photos,
    labelled_photo,
)

HOSTILE = '<script>alert("1")</script>\'&{{ 7*7 }}'


class Page(HTMLParser):
    """What a browser would see: tags with attributes, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def written(directory: Path) -> Page:
    return Page((directory / "index.html").read_text(encoding="utf-8"))


def test_photos_that_were_trained_on_too_are_told_at_the_top(tmp_path: Path) -> None:
    write_report(tmp_path, example_data(also_trained_on=2))
    assert "On 5 held-out photos, 2 of which it was trained on too" in written(tmp_path).text
    write_report(tmp_path, example_data())
    assert "On 5 held-out photos that it was not trained on" in written(tmp_path).text


def test_the_page_says_all_that_a_person_judges_a_version_by(tmp_path: Path) -> None:
    write_report(tmp_path / "report", example_data())
    page = written(tmp_path / "report")
    assert page.open == []
    for expected in (
        "detector, version 3", "2025-01-02 14:05 UTC", "Finds 2 of 2", "AP50", "False alarms", "1 min 15 s",
        "tflite_f16", "6.70 MB", "2.2e-04", "loses 2.3 AP50 points", "confused.jpg", "Training loss",
        "Precision and recall", "c.jpg", "truncated; left out", "Take more photos.", "Intended use",
        "Do not use it for", "below 15% of the photo",
    ):  # fmt: skip
        assert expected in page.text, expected


def test_the_page_needs_no_script_no_network_and_no_other_file(tmp_path: Path) -> None:
    write_report(tmp_path, example_data())
    page = written(tmp_path)
    tags = {tag for tag, _ in page.tags}
    assert tags.isdisjoint({"script", "link", "iframe", "object", "embed", "img", "base", "form"})
    links = [
        value or ""
        for _, attributes in page.tags
        for name, value in attributes.items()
        if name in {"src", "href"}
    ]
    assert all(link.startswith(("#", "data:image/jpeg;base64,")) for link in links)
    assert not re.search(r"url\(|@import|https?:", (tmp_path / "index.html").read_text(encoding="utf-8"))
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def test_links_and_labels_within_the_page_lead_somewhere_and_only_there(tmp_path: Path) -> None:
    write_report(tmp_path, example_data())
    tags = written(tmp_path).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    anchors = {(attributes.get("href") or "")[1:] for tag, attributes in tags if tag == "a"}
    named = {attributes["aria-labelledby"] for _, attributes in tags if "aria-labelledby" in attributes}
    assert anchors | named <= set(ids)


def test_everything_from_outside_is_inert(tmp_path: Path) -> None:
    labels = (HOSTILE, "b" + HOSTILE)
    photos = (*example_photos(), evaluated(HOSTILE, [GroundTruth(0, LEFT)]))
    data = example_data(
        photos, labels, name=HOSTILE, created=HOSTILE, config={HOSTILE: HOSTILE}, alarms=(HOSTILE,),
        warnings=(HOSTILE,),
        data_report={
            "photos": HOSTILE, "boxes": 1, "classes": [{"label": HOSTILE}], "advice": [HOSTILE],
            "problems": [{"file": HOSTILE, "message": HOSTILE}], "grouped": {"summary": HOSTILE},
        },
        history=(
            {"event": "epoch", "phase": HOSTILE, "epoch": 1, "loss": 1.0, "losses": {HOSTILE: 1.0, "b": 2.0}},
        ),
    )  # fmt: skip
    write_report(tmp_path, data)
    page = written(tmp_path)
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count(HOSTILE) >= 13
    assert json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))["labels"] == list(labels)


def test_alarms_stand_above_everything_else(tmp_path: Path) -> None:
    write_report(tmp_path, example_data(alarms=("The base is random.",)))
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert html.index("The base is random.") < html.index('headline">')
    assert html.index("The base is random.") < html.index("tflite_int8 was left out")


def test_an_empty_run_still_has_a_report(tmp_path: Path) -> None:
    nothing = evaluate([], [], ["fox"])
    data = example_data(
        (), ("fox",), evaluation=nothing, history=(), artifacts=(), left_out=(), warnings=(), data_report={},
        training=TrainingFacts.from_photos([], ["fox"], base_weights="random"), config={},
    )  # fmt: skip
    write_report(tmp_path, data)
    text = written(tmp_path).text
    assert "Not measured" in text
    assert "No epochs were recorded" in text
    assert "Nothing wrong was found in the dataset." in text


def test_a_faultless_run_says_so_instead_of_showing_photos(tmp_path: Path) -> None:
    write_report(tmp_path, example_data((example_photos()[0],)))
    assert "There are none: at this threshold every object was found" in written(tmp_path).text


def test_many_findings_are_cut_short_on_the_page_and_whole_in_the_metrics(tmp_path: Path) -> None:
    problems = [{"file": f"{index}.jpg", "kind": "clipped_box", "message": "clipped"} for index in range(700)]
    write_report(tmp_path, example_data(data_report={"problems": problems}))
    page = written(tmp_path)
    assert "700 findings in the dataset" in page.text
    assert "And 200 more" in page.text
    assert len(json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))["data"]["problems"]) == 700


def test_photos_that_belong_together_are_counted_on_the_page(tmp_path: Path) -> None:
    write_report(tmp_path, example_data(data_report={"grouped": {"summary": "6 photos are in 2 groups."}}))
    assert "6 photos are in 2 groups." in written(tmp_path).text


def test_metrics_hold_the_same_numbers_as_strict_json(tmp_path: Path) -> None:
    data = example_data()
    write_report(tmp_path, data)
    text = (tmp_path / "metrics.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    assert "Infinity" not in text
    metrics = json.loads(text)
    assert metrics["evaluation"]["ap50"] == data.evaluation.ap50
    assert metrics["evaluation"]["score_threshold"] == THRESHOLD
    assert metrics["artifacts"][1]["parity_max_box"] == 2.2e-4
    assert metrics["artifacts"][2]["ap50"] is None
    assert metrics["left_out"] == [{"kind": "tflite_int8", "reason": "loses 2.3 AP50 points"}]
    assert metrics["training"]["per_class"][0]["label"] == "raccoon"


def test_a_file_name_that_is_no_utf8_does_not_stop_the_report(tmp_path: Path) -> None:
    broken = evaluated("caf\udce9.jpg", [GroundTruth(0, LEFT)])
    write_report(tmp_path, example_data((broken,), data_report={"problems": [{"file": "caf\udce9.jpg"}]}))
    assert "caf?.jpg" in written(tmp_path).text


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="file"):
        write_report(tmp_path / "file" / "report", example_data())


def test_the_same_data_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_report(tmp_path / name, example_data())
    for file in ("index.html", "metrics.json"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()


def test_training_facts_count_what_was_trained_on() -> None:
    photos = [labelled_photo("a", GroundTruth(0, LEFT), GroundTruth(0, LEFT)), labelled_photo("b")]
    facts = TrainingFacts.from_photos(photos, ("fox", "owl"), base_weights="ImageNet")
    assert (facts.photos, facts.negatives, facts.boxes) == (2, 1, 2)
    fox, owl = facts.per_class
    assert (fox.photos, fox.boxes) == (1, 2)
    assert (owl.photos, owl.boxes, owl.smallest_side) == (0, 0, None)
    assert facts.smallest_side == pytest.approx((0.5 * 0.3) ** 0.5)
