"""What `detector check` knows is what `train` would work with."""

import shutil
from pathlib import Path

import pytest

from detector.errors import DatasetError
from jobs.registry import Registry
from jobs.train.check import check_data
from jobs.train.config import TrainConfig
from jobs.train.data.split.record import read_record
from jobs.train.prepare import prepare_data
from tests.detector.pictures import encode, noise
from tests.jobs.train.data.writing import (
    LABELS,
    SAMPLES,
    WRITERS,
    Labelled,
    contents,
    put,
    voc_xml,
    write_voc,
    write_yolo_photos,
)

CONFIG = TrainConfig(size=96)


def many(count: int) -> list[Labelled]:
    return [
        Labelled(f"photo{i:02}", ((LABELS[i % 2], 10 + i, 5, 100 + i, 80),), 100 + i) for i in range(count)
    ]


@pytest.mark.parametrize("name", WRITERS)
def test_it_reads_and_divides_as_the_first_training_does_and_writes_nothing(
    name: str, tmp_path: Path
) -> None:
    data, store = tmp_path / "data", Registry(tmp_path / "store")
    WRITERS[name](data)
    before = contents(tmp_path)
    checked = check_data(data, CONFIG)
    assert contents(tmp_path) == before
    prepared = prepare_data(TrainConfig(data=data, store=store.root, size=96), store)
    assert checked.report == prepared.report
    assert checked.side_of == read_record(store.splits_path("detector"))
    assert checked.sides == {
        "train": len(prepared.split.train), "val": len(prepared.split.val), "test": 0,
    }  # fmt: skip
    assert checked.notes == prepared.split.notes
    assert checked.refusal is None


def test_the_same_seed_and_fraction_give_the_same_split_and_others_another(tmp_path: Path) -> None:
    write_voc(tmp_path, many(20))
    first = check_data(tmp_path, CONFIG)
    assert check_data(tmp_path, CONFIG).side_of == first.side_of
    assert check_data(tmp_path, TrainConfig(size=96, seed=3)).side_of != first.side_of
    assert check_data(tmp_path, TrainConfig(size=96, val_fraction=0.5)).sides["val"] > first.sides["val"]


def test_json_has_every_box_where_it_is_with_all_its_digits(tmp_path: Path) -> None:
    write_voc(tmp_path, [*many(6), SAMPLES[2]])
    result = check_data(tmp_path, CONFIG).to_json()
    assert (result["format"], result["photos"], result["boxes"], result["negatives"]) == ("voc", 7, 6, 1)
    assert result["labels"] == ["cat", "dog"]
    assert result["classes"][0] == {"label": "cat", "photos": 3, "boxes": 3}
    items = {item["photo"]: item for item in result["items"]}
    assert items["JPEGImages/photo03.jpg"]["boxes"] == [
        {"label": "dog", "ymin": 5 / 100, "xmin": 13 / 200, "ymax": 80 / 100, "xmax": 103 / 200}
    ]
    assert items["JPEGImages/three.jpg"]["boxes"] == []
    sides = [item["side"] for item in result["items"]]
    assert {side: sides.count(side) for side in ("train", "val", "test")} == result["sides"]


def test_json_says_how_many_photos_are_kept_together(tmp_path: Path) -> None:
    write_voc(tmp_path, many(6))
    alone = check_data(tmp_path, CONFIG).to_json()["grouped"]
    assert alone == {"photos": 0, "groups": 0, "divided": 0, "summary": ""}
    put(tmp_path / "JPEGImages" / "copy.jpg", encode(noise(200, 100, seed=100), quality=60))
    put(tmp_path / "Annotations" / "copy.xml", voc_xml("copy.jpg", [("cat", 10, 5, 100, 80)]))
    grouped = check_data(tmp_path, CONFIG).to_json()["grouped"]
    assert (grouped["photos"], grouped["groups"], grouped["divided"]) == (2, 1, 0)
    assert grouped["summary"].startswith("2 photos are in 1 group of look-alikes")


def test_a_photo_on_both_sides_is_told_as_trained_on(tmp_path: Path) -> None:
    write_voc(tmp_path, many(1))
    result = check_data(tmp_path, CONFIG).to_json()
    assert result["sides"] == {"train": 1, "val": 1, "test": 0}
    assert [item["side"] for item in result["items"]] == ["train"]
    assert "too few" in result["notes"][0]


def test_problems_say_which_of_them_are_faults(tmp_path: Path) -> None:
    write_voc(tmp_path, many(4))
    put(tmp_path / "JPEGImages" / "broken.jpg", b"\xff\xd8\xff no photo")
    put(tmp_path / "Annotations" / "broken.xml", voc_xml("broken.jpg", [("cat", 1, 1, 20, 20)]))
    put(tmp_path / "JPEGImages" / "extra.jpg", encode(noise(60, 60, seed=9)))
    problems = {problem["file"]: problem for problem in check_data(tmp_path, CONFIG).to_json()["problems"]}
    broken, extra = problems["JPEGImages/broken.jpg"], problems["JPEGImages/extra.jpg"]
    assert (broken["kind"], broken["fault"]) == ("unreadable_photo", True)
    assert (extra["kind"], extra["fault"]) == ("not_annotated", False)
    assert broken["message"]


def test_what_train_refuses_is_told_with_all_that_is_known(tmp_path: Path) -> None:
    write_voc(tmp_path / "strict", many(4))
    put(tmp_path / "strict" / "Annotations" / "gone.xml", voc_xml("gone.jpg", [("cat", 1, 1, 20, 20)]))
    write_yolo_photos(tmp_path / "unlabelled", many(4))
    put(tmp_path / "unlabelled" / "data.yaml", "names: [cat, dog, cow]\n")
    for data, strict, said, photos in (("strict", True, "strict", 4), ("unlabelled", False, "'cow'", 4)):
        config = TrainConfig(size=96, strict=strict)
        checked = check_data(tmp_path / data, config)
        assert checked.refusal is not None
        assert said in checked.refusal.message
        result = checked.to_json()
        assert (len(result["items"]), sum(result["sides"].values())) == (photos, photos)
        store = Registry(tmp_path / "store")
        with pytest.raises(DatasetError) as refused:
            prepare_data(TrainConfig(data=tmp_path / data, store=store.root, size=96, strict=strict), store)
        assert refused.value.message == checked.refusal.message


def test_a_training_part_without_a_class_is_refused_and_its_own_sides_are_told(tmp_path: Path) -> None:
    cats = [sample for sample in many(8) if sample.boxes[0][0] == "cat"]
    dogs = [sample for sample in many(8) if sample.boxes[0][0] == "dog"]
    write_yolo_photos(tmp_path, cats, part="train")
    write_yolo_photos(tmp_path, dogs, part="val")
    put(tmp_path / "data.yaml", "names: [cat, dog]\ntrain: images/train\nval: images/val\n")
    checked = check_data(tmp_path, CONFIG)
    assert checked.refusal is not None
    assert "no 'dog'" in checked.refusal.message
    assert checked.sides == {"train": 4, "val": 4, "test": 0}


def test_no_usable_photo_leaves_the_problems_and_no_advice(tmp_path: Path) -> None:
    write_voc(tmp_path, many(2))
    for photo in (tmp_path / "JPEGImages").iterdir():
        photo.write_bytes(b"\xff\xd8\xff no photo")
    checked = check_data(tmp_path, CONFIG)
    assert checked.refusal is not None
    result = checked.to_json()
    assert (result["photos"], result["items"], result["advice"]) == (0, [], [])
    assert [problem["kind"] for problem in result["problems"]] == ["unreadable_photo"] * 2


def test_what_is_no_dataset_is_an_error(tmp_path: Path) -> None:
    write_voc(tmp_path)
    shutil.rmtree(tmp_path / "Annotations")
    with pytest.raises(DatasetError, match="no annotations found"):
        check_data(tmp_path, CONFIG)
