import math
from pathlib import Path

import pytest

from detector.errors import DatasetError
from jobs.train.data.formats import detect_format
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind, faults
from jobs.train.data.readers import cvat
from jobs.train.data.source import open_source
from tests.jobs.train.data.readers.checking import (
    SAMPLE_BOXES,
    boxes_of,
    found_format,
    holds_whatever_is_in_the_files,
    kinds,
)
from tests.jobs.train.data.readers.cvat_samples import (
    CVAT_FILE,
    cvat_box,
    cvat_document,
    cvat_element,
    cvat_image,
    cvat_label,
    write_cvat,
)
from tests.jobs.train.data.writing import HEIGHT, SAMPLES, WIDTH, put, voc_xml, zipped

ONE, TWO, THREE, FOUR = SAMPLES


def read(folder: Path) -> Annotations:
    return cvat.read(open_source(folder))


def with_shapes(folder: Path, *shapes: str) -> Annotations:
    """The photo one with these shapes."""
    put(folder / "images" / "one.jpg", ONE.jpeg)
    put(folder / CVAT_FILE, cvat_document(cvat_image(ONE, "".join(shapes))))
    return read(folder)


def with_track(folder: Path, *shapes: str, frames: int = 3, task: str = "", **more: object) -> Annotations:
    """A video of so many frames with one track of a cat."""
    for frame in range(frames):
        put(folder / "images" / f"frame_{frame:06}.PNG", SAMPLES[frame].jpeg)
    put(
        folder / CVAT_FILE,
        cvat_document(cvat_element("track", "".join(shapes), id=0, label="cat", **more), task=task),
    )
    return read(folder)


def on_frame(frame: int, *edges: float, outside: int = 0, keyframe: int = 1) -> str:
    box = cvat_box("", *edges)
    return box.replace('label=""', f'frame="{frame}" outside="{outside}" keyframe="{keyframe}"')


def test_boxes_are_corners_in_pixels(tmp_path: Path) -> None:
    write_cvat(tmp_path)
    for data in (tmp_path, zipped(tmp_path, inside="deep/er")):
        found = read(data)
        assert boxes_of(found) == SAMPLE_BOXES
        assert found.labels == ("cat", "dog")
        assert {photo.stated_size for photo in found.photos} == {(WIDTH, HEIGHT)}
        assert faults(found.problems) == ()
    assert found_format(tmp_path) == "cvat"


def test_a_listed_photo_without_objects_is_a_negative_and_said_so(tmp_path: Path) -> None:
    write_cvat(tmp_path)
    _, report = open_dataset(tmp_path, size=96)
    assert (report.format, report.photos, report.boxes, report.negatives) == ("cvat", 4, 4, 1)
    assert [(problem.kind, "three.jpg" in problem.message) for problem in report.problems] == [
        (ProblemKind.ASSUMED_NEGATIVE, True)
    ]


def test_labels_keep_the_order_of_the_task_without_parts_of_skeletons_and_tags(tmp_path: Path) -> None:
    write_cvat(tmp_path)
    named = [
        cvat_label("dog"),
        cvat_label("person", "skeleton"),
        cvat_label("knee", "points", "person"),
        cvat_label("foot", "polygon", "person"),
        cvat_label("blurred", "tag"),
        cvat_label("cat", "any"),
    ]
    labels = "".join(named)
    put(tmp_path / CVAT_FILE, cvat_document(*map(cvat_image, SAMPLES), labels=labels, kind="job"))
    found = read(tmp_path)
    assert found.labels == ("dog", "cat")
    assert ("categories", ProblemKind.UNUSED_CLASS) in kinds(found)


def test_subsets_of_a_project_are_the_split_and_keep_photos_of_one_name_apart(tmp_path: Path) -> None:
    images = []
    for subset, sample in (("Train", ONE), ("Validation", FOUR), ("default", THREE)):
        put(tmp_path / "images" / subset / "a" / "1.jpg", sample.jpeg)
        images.append(cvat_image(sample, name="a/1.jpg", subset=subset, task_id=3))
    put(tmp_path / CVAT_FILE, cvat_document(*images, kind="project"))
    assert {photo.name: (photo.side, len(photo.boxes)) for photo in read(tmp_path).photos} == {
        "images/Train/a/1.jpg": ("train", 2),
        "images/Validation/a/1.jpg": ("val", 1),
        "images/default/a/1.jpg": (None, 0),
    }


def test_the_subset_of_a_task_is_the_side_of_all_its_photos(tmp_path: Path) -> None:
    write_cvat(tmp_path)
    put(tmp_path / CVAT_FILE, cvat_document(*map(cvat_image, SAMPLES), task="<subset>Test</subset>"))
    assert {photo.side for photo in read(tmp_path).photos} == {"test"}


@pytest.mark.parametrize(
    ("shape", "edges"),
    [
        (cvat_element("polygon", label="cat", points="10.00,20.00;50.00,15.50;30.00,60.00"), (10, 15.5, 50, 60)),
        (cvat_element("ellipse", label="cat", cx=50, cy=40, rx=20, ry=10), (30, 30, 70, 50)),
        (cvat_element("ellipse", label="cat", cx=50, cy=40, rx=20, ry=10, rotation="90.00"), (40, 20, 60, 60)),
        (cvat_box("cat", 40, 30, 80, 50, rotation="90.00"), (50, 20, 70, 60)),
        (cvat_box("cat", 40, 30, 80, 50, rotation="180.00"), (40, 30, 80, 50)),
        (cvat_element("mask", label="cat", rle="1, 2, 2, 2, 5", left=10, top=20, width=4, height=3), (11, 20, 13, 22)),
        (
            cvat_element(
                "cuboid", label="cat", xtl1=10, ytl1=20, xbl1=10, ybl1=60, xtr1=40, ytr1=21, xbr1=40, ybr1=61,
                xtl2=50, ytl2=15, xbl2=50, ybl2=55, xtr2=20, ytr2=14, xbr2=20, ybr2=54,
            ),
            (10, 14, 50, 61),
        ),
    ],
)  # fmt: skip
def test_a_shape_with_an_area_becomes_the_box_around_it(
    shape: str, edges: tuple[float, ...], tmp_path: Path
) -> None:
    found = with_shapes(tmp_path, shape)
    [(label, *box)] = boxes_of(found)["one"]
    assert label == "cat"
    assert box == pytest.approx(edges)
    assert found.problems == ()


def test_a_box_turned_a_little_reaches_as_far_as_its_corners(tmp_path: Path) -> None:
    [(_, *box)] = boxes_of(with_shapes(tmp_path, cvat_box("cat", 40, 30, 80, 50, rotation="30.00")))["one"]
    width = 40 * math.cos(math.pi / 6) + 20 * math.sin(math.pi / 6)
    height = 40 * math.sin(math.pi / 6) + 20 * math.cos(math.pi / 6)
    assert box == pytest.approx((60 - width / 2, 40 - height / 2, 60 + width / 2, 40 + height / 2))


def test_polygons_in_one_group_are_one_object(tmp_path: Path) -> None:
    parts = ("10,20;30,20;20,60", "60,10;90,20;70,50")
    shapes = [cvat_element("polygon", label="cat", points=part, group_id=4) for part in parts]
    assert boxes_of(with_shapes(tmp_path, *shapes))["one"] == [("cat", 10, 10, 90, 60)]


@pytest.mark.parametrize(
    ("shape", "kind", "message"),
    [
        (
            cvat_element("points", label="cat", points="1,2;3,4"),
            ProblemKind.DROPPED_BOX,
            "object 1 is a set of points",
        ),
        (
            cvat_element("polyline", label="cat", points="1,2;3,4"),
            ProblemKind.DROPPED_BOX,
            "object 1 is a line",
        ),
        (
            cvat_element("skeleton", cvat_element("points", label="knee", points="1,2"), label="cat"),
            ProblemKind.DROPPED_BOX,
            "object 1 is a skeleton",
        ),
        (cvat_element("tag", label="cat"), ProblemKind.DROPPED_BOX, "is a tag of the whole photo"),
        (cvat_element("sphere", label="cat"), ProblemKind.INVALID_BOX, "has the shape 'sphere'"),
        (cvat_element("mask", label="cat", rle="1, x"), ProblemKind.INVALID_BOX, "cannot be read"),
        (
            cvat_element("mask", label="cat", rle="12", left=0, top=0, width=4, height=3),
            ProblemKind.DROPPED_BOX,
            "empty mask",
        ),
    ],
)
def test_what_has_no_box_is_reported_and_its_photo_is_no_negative(
    shape: str, kind: ProblemKind, message: str, tmp_path: Path
) -> None:
    found = with_shapes(tmp_path, shape)
    assert kinds(found) == [(CVAT_FILE, kind)]
    assert message in found.problems[0].message
    assert (found.photos[0].boxes, found.photos[0].left_out) == ((), 1)


@pytest.mark.parametrize(
    "broken",
    [
        cvat_box("cat", 1, 2, 3, 4).replace('xtl="1.00"', ""),
        cvat_box("cat", 1, 2, 3, 4, rotation="nan"),
        cvat_box("cat", 1, 2, 3, 4, rotation="inf"),
        cvat_element("polygon", label="cat", points="1,2;3"),
        cvat_element("polygon", label="cat"),
        cvat_element("ellipse", label="cat", cx=1),
        cvat_box("", 1, 2, 30, 40),
    ],
)
def test_broken_shapes_and_such_without_a_label_are_faults(broken: str, tmp_path: Path) -> None:
    write_cvat(tmp_path)
    put(
        tmp_path / CVAT_FILE,
        cvat_document(*map(cvat_image, SAMPLES[1:]), cvat_image(ONE, cvat_box("cat", 5, 5, 50, 50) + broken)),
    )
    _, report = open_dataset(tmp_path, size=96)
    assert [problem.file for problem in faults(report.problems)] == ["images/one.jpg"]


def test_a_track_is_boxes_on_the_frames_of_the_video(tmp_path: Path) -> None:
    found = with_track(
        tmp_path,
        on_frame(0, 10, 10, 30, 30),
        on_frame(1, 12, 10, 32, 30, keyframe=0),
        on_frame(2, 14, 10, 34, 30, outside=1),
    )
    assert boxes_of(found) == {
        "frame_000000": [("cat", 10, 10, 30, 30)],
        "frame_000001": [("cat", 12, 10, 32, 30)],
        "frame_000002": [],
    }
    assert kinds(found) == [("photos", ProblemKind.ASSUMED_NEGATIVE)]


def test_frames_behind_the_last_of_the_task_are_not_used(tmp_path: Path) -> None:
    found = with_track(tmp_path, on_frame(0, 10, 10, 30, 30), task="<stop_frame>1</stop_frame>")
    assert sorted(boxes_of(found)) == ["frame_000000", "frame_000001"]


def test_frames_that_are_not_here_are_reported_once(tmp_path: Path) -> None:
    found = with_track(tmp_path, *(on_frame(frame, 10, 10, 30, 30) for frame in range(9)))
    assert kinds(found) == [(CVAT_FILE, ProblemKind.MISSING_PHOTO)]
    assert "6 frames" in found.problems[0].message


def test_a_video_without_its_frames_says_which_export_to_choose(tmp_path: Path) -> None:
    put(tmp_path / "film.jpg", ONE.jpeg)
    with pytest.raises(DatasetError, match=r"frames .* are not here.*CVAT for images 1\.1"):
        with_track(tmp_path, on_frame(0, 10, 10, 30, 30), frames=0)


def test_tracks_of_several_videos_say_which_export_to_choose(tmp_path: Path) -> None:
    tracks = [cvat_element("track", on_frame(0, 1, 1, 9, 9), label="cat", task_id=task) for task in (1, 2)]
    put(tmp_path / "images" / "frame_000000.jpg", ONE.jpeg)
    put(tmp_path / CVAT_FILE, cvat_document(*tracks))
    with pytest.raises(DatasetError, match=r"tracks of 2 videos.*CVAT for images 1\.1"):
        read(tmp_path)


def test_document_types_and_deep_nesting_are_refused(tmp_path: Path) -> None:
    write_cvat(tmp_path)
    put(tmp_path / "deep.xml", "<annotations>" + "<a>" * 100_000)
    put(tmp_path / "bomb.xml", '<!DOCTYPE annotations [<!ENTITY a "b">]><annotations>&a;</annotations>')
    found = read(tmp_path)
    assert [problem.file for problem in faults(found.problems)] == ["bomb.xml", "deep.xml"]
    assert boxes_of(found) == SAMPLE_BOXES


def test_xml_of_something_else_is_passed_over(tmp_path: Path) -> None:
    write_cvat(tmp_path)
    put(tmp_path / "project.xml", "<project/>")
    put(tmp_path / "other.xml", "<annotations><annotation/></annotations>")
    assert faults(read(tmp_path).problems) == ()
    assert found_format(tmp_path) == "cvat"


def test_voc_is_not_cvat(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    put(tmp_path / "one.xml", voc_xml("one.jpg", ONE.boxes))
    assert detect_format(open_source(tmp_path)).name == "voc"
    with pytest.raises(DatasetError, match="no XML file of CVAT"):
        read(tmp_path)


def test_whatever_is_in_the_files_is_read_or_refused(tmp_path: Path) -> None:
    write_cvat(tmp_path)
    holds_whatever_is_in_the_files(cvat.read, tmp_path)


def test_whatever_is_in_the_tracks_is_read_or_refused(tmp_path: Path) -> None:
    with_track(tmp_path, *(on_frame(frame, 10, 10, 30, 30) for frame in range(3)))
    (tmp_path / "images" / "frame_000000.PNG").rename(tmp_path / "images" / "frame_000000.jpg")
    holds_whatever_is_in_the_files(cvat.read, tmp_path, examples=30)
