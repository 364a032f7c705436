import pytest

from jobs.train.data.matching.photo_index import PhotoIndex, exactness
from jobs.train.data.names import clean_path, is_photo, side_named, side_of_folder, side_of_name
from jobs.train.data.photos import Side


@pytest.mark.parametrize(
    ("word", "side"),
    [("train", "train"), ("Training", "train"), ("train2017", "train"), ("VALIDATE", "val"), ("valid", "val"),
     ("test ", "test"), ("trainval", "train"), ("trains", None), ("", None), ("UNASSIGNED", None)],
)  # fmt: skip
def test_words_for_sides(word: str, side: Side | None) -> None:
    assert side_named(word) == side


def test_the_nearest_folder_that_tells_a_side_counts() -> None:
    assert side_of_folder("test/data/train/images/a.jpg") == "train"
    assert side_of_folder("data/a.jpg") is None
    assert side_of_folder("train.jpg") is None


def test_a_word_of_a_files_name_tells_its_side() -> None:
    assert side_of_name("x/instances_val2017.json") == "val"
    assert side_of_name("train-labels.csv") == "train"
    assert side_of_name("train/labels.csv") is None


@pytest.mark.parametrize(
    ("stated", "clean"),
    [("a\\b.jpg", "a/b.jpg"), ("./a//b.jpg", "a/b.jpg"), ("../../a.jpg", "a.jpg"), ("/x/../a.jpg", "a.jpg"),
     ("..", "")],
)  # fmt: skip
def test_stated_paths_are_made_relative(stated: str, clean: str) -> None:
    assert clean_path(stated) == clean


def test_photos_are_known_by_their_extension() -> None:
    assert is_photo("A.JPG")
    assert is_photo("a.heic")
    assert not is_photo("a.txt")
    assert not is_photo("jpg")


@pytest.mark.parametrize(
    ("stated", "beside", "found"),
    [
        ("a.jpg", "one/labels.csv", "one/a.jpg"),
        ("two/a.jpg", "labels.csv", "two/a.jpg"),
        ("elsewhere/two/A.JPG", "labels.csv", "two/a.jpg"),
        ("b.png", "labels.csv", "one/b.jpg"),
        ("b", "labels.csv", "one/b.jpg"),
        ("a.jpg", "labels.csv", None),
        ("c.jpg", "labels.csv", None),
        ("", "labels.csv", None),
        ("v1.5 photo", "labels.csv", "one/v1.5 photo.jpg"),
    ],
)
def test_a_photo_is_found_by_what_an_annotation_says(stated: str, beside: str, found: str | None) -> None:
    index = PhotoIndex(("one/a.jpg", "two/a.jpg", "one/b.jpg", "one/v1.5 photo.jpg", "one/notes.txt"))
    assert index.find(stated, beside=beside).photo == found


def test_mirrored_folders_tell_photos_of_one_name_apart() -> None:
    index = PhotoIndex(("images/cats/1.jpg", "images/dogs/1.jpg"))
    assert index.find_stem("1", beside="annotations/dogs/1.xml").photo == "images/dogs/1.jpg"
    assert index.find("1.jpg", beside="annotations/cats/labels.json").photo == "images/cats/1.jpg"
    assert index.find("1.jpg", beside="annotations/birds/labels.json").photo is None


def test_folders_that_are_right_make_a_name_more_exact() -> None:
    photo = "images/cats/1.jpg"
    assert exactness(photo, "cats/1.jpg") == exactness(photo, "images/cats/1.jpg")
    assert exactness(photo, "cats/1.jpg") > exactness(photo, "/home/me/cats/1.jpg")
    assert exactness(photo, "/home/me/cats/1.jpg") > exactness(photo, "dogs/1.jpg")
    assert exactness(photo, "1", beside="xml/cats/1.xml") > exactness(photo, "1", beside="xml/dogs/1.xml")
    assert exactness(photo, "1", beside="images/cats/1.xml") > exactness(photo, "1", beside="xml/cats/1.xml")
    assert exactness(photo, "dogs/1.jpg") > exactness(photo, "1.jpg")


def test_another_sides_photo_never_stands_in() -> None:
    index = PhotoIndex(("val/a.jpg", "photos/b.jpg"))
    assert index.find("a.jpg", beside="train/labels.csv").photo is None
    assert index.find("a.jpg", beside="train_labels.csv").photo is None
    assert index.find("train/a.jpg").photo is None
    assert index.find("a.jpg", beside="labels.csv").photo == "val/a.jpg"
    assert index.find("b.jpg", beside="train/labels.csv").photo == "photos/b.jpg"


def test_a_photo_is_found_by_its_name_before_an_upload_if_by_no_other() -> None:
    stated = "/data/upload/3/1a2b3c4d-0.jpg"
    assert PhotoIndex(("images/0.jpg",)).find(stated).photo == "images/0.jpg"
    assert PhotoIndex(("images/0.png",)).find(stated).other_extension
    uploaded = "images/1a2b3c4d-0.jpg"
    assert PhotoIndex(("0.jpg", uploaded)).find(stated).photo == uploaded
    assert PhotoIndex(("0.jpg", "images/1a2b3c4d-0.png")).find(stated).photo == "images/1a2b3c4d-0.png"
    assert PhotoIndex(("a/0.jpg", "b/0.jpg")).find(stated).photo is None
    assert PhotoIndex(("0.jpg",)).find("1a2b3c4-0.jpg").photo is None


def test_a_name_before_an_upload_is_less_exact_than_any_own_one() -> None:
    assert exactness("0.jpg", "0.jpg") > exactness("0.jpg", "/data/upload/3/1a2b3c4d-0.jpg")
    assert exactness("x/0.jpg", "y/0.jpg") > exactness("x/0.jpg", "x/1a2b3c4d-0.jpg")
