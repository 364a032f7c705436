import pytest

from jobs.train.data.set_aside import set_aside


@pytest.mark.parametrize(
    "folder",
    ["annotated_images", "labels_vis", "bboxes", "detections", "exp", "exp3", "yolo_out", "output_images", "drawn",
     "with_boxes", "visualized_labels", "images_with_bboxes", "detected", "out", "deep/er/drawn"],
)  # fmt: skip
def test_pictures_that_tools_drew_from_the_photos_are_set_aside(folder: str) -> None:
    drawn = {f"{folder}/{i}.jpg" for i in range(2)}
    aside, remarks = set_aside(["labels.json", "photos/0.jpg", "photos/1.jpg", *sorted(drawn)])
    assert aside == drawn
    assert [remark.file for remark in remarks] == [folder]


@pytest.mark.parametrize("folder", ["backup", "old", "resized", "images_orig", "detection", "boxer", "expo"])
def test_second_photos_of_one_name_are_not_set_aside(folder: str) -> None:
    assert set_aside(["labels.json", "photos/0.jpg", f"{folder}/0.jpg"]) == (frozenset(), ())


@pytest.mark.parametrize("folder", ["boxes", "drawn", "exp"])
def test_a_class_folder_called_like_drawings_keeps_its_photos(folder: str) -> None:
    assert set_aside([f"{folder}/a_1.jpg", f"{folder}/a_1.xml", "bottles/b_1.jpg"]) == (frozenset(), ())
