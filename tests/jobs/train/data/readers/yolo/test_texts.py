from jobs.train.data.readers.yolo.texts import pair_texts


def test_photos_in_a_folder_of_photos_come_before_pictures_in_the_folder_of_labels() -> None:
    pairs = pair_texts(["labels/0.png", "images/0.jpg"], ["labels/0.txt"])
    assert pairs.text_of == {"images/0.jpg": "labels/0.txt"}
    assert pairs.unused_photos == {"labels/0.png"}


def test_photos_and_texts_may_both_lie_in_a_folder_called_labels() -> None:
    assert pair_texts(["labels/0.png"], ["labels/0.txt"]).text_of == {"labels/0.png": "labels/0.txt"}


def test_texts_that_are_called_like_uploads_belong_to_the_photos_of_before() -> None:
    photos = ["images/0.jpg", "images/1.jpg"]
    texts = ["labels/1a2b3c4d-0.txt", "labels/1.txt", "labels/1a2b3c4d-1.txt"]
    assert pair_texts(photos, texts).text_of == {
        "images/0.jpg": "labels/1a2b3c4d-0.txt",
        "images/1.jpg": "labels/1.txt",
    }
    uploaded = "images/1a2b3c4d-0.jpg"
    assert pair_texts([*photos, uploaded], texts).text_of[uploaded] == "labels/1a2b3c4d-0.txt"


def test_of_two_uploads_of_one_name_neither_text_is_taken() -> None:
    texts = ["labels/1a2b3c4d-0.txt", "labels/5e6f7a8b-0.txt"]
    assert pair_texts(["images/0.jpg"], texts).text_of == {}
