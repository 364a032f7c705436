from collections.abc import Sequence

from jobs.train.data.findings.data_report import count_groups
from jobs.train.data.photos import Dataset, LabelledPhoto
from jobs.train.data.problems import Problem, ProblemKind
from jobs.train.data.split.group_problems import group_problems
from jobs.train.data.split.groups import group_photos
from tests.jobs.train.data.making_photos import labelled, panned_view, stranger


def problems(photos: Sequence[LabelledPhoto]) -> list[Problem]:
    return group_problems(photos, group_photos(photos))


def summary(photos: Sequence[LabelledPhoto]) -> str:
    return str(count_groups(Dataset(("cat",), tuple(photos)), group_photos(photos)))


def test_copies_by_name_on_two_sides_of_the_datasets_own_split_are_a_leak() -> None:
    photos = [
        stranger("train/1_jpg.rf.a.jpg", 0, seed=1, side="train"),
        stranger("valid/1_jpg.rf.b.jpg", 0, seed=2, side="val"),
    ]
    (leak,) = problems(photos)
    assert (leak.file, leak.kind) == ("valid/1_jpg.rf.b.jpg", ProblemKind.LEAK)
    assert "by its name a copy of the same photo as train/1_jpg.rf.a.jpg" in leak.message
    assert summary(photos) == (
        "2 photos are in 1 group of look-alikes, augmented copies or frames of one video; the dataset's own split "
        "divides one of the groups."
    )


def test_mirrored_and_turned_copies_on_two_sides_are_leaks() -> None:
    photos = [stranger("a.jpg", 0, seed=1, side="train")]
    photos += [stranger(f"{k}x.jpg", 0, seed=1, orientation=k, side="val") for k in range(8)]
    assert [problem.kind for problem in problems(photos)] == [ProblemKind.LEAK] * 8


def test_each_copy_is_a_remark_when_the_split_is_ours() -> None:
    photos = [stranger(f"1_jpg.rf.{k}.jpg", 0, seed=1, orientation=k) for k in range(3)]
    assert [p.kind for p in problems(photos)] == [ProblemKind.NEAR_DUPLICATE] * 2
    assert summary(photos).endswith("unless a note says that it was cut.")


def test_a_video_is_one_remark_however_many_frames_it_has() -> None:
    moving = [labelled(f"{i}.jpg", panned_view(i), 0) for i in range(30)]
    still = [labelled(f"still_{i}.jpg", panned_view(0, seed=7), 0) for i in range(30)]
    found = problems(moving + still)
    assert [(p.file, p.kind) for p in found] == [
        ("0.jpg", ProblemKind.VIDEO_FRAMES),
        ("still_0.jpg", ProblemKind.VIDEO_FRAMES),
    ]
    assert "30 photos" in found[0].message
    assert "to 29.jpg" in found[0].message


def test_a_video_on_two_sides_of_the_datasets_own_split_is_a_remark_only() -> None:
    photos = [stranger(f"train/clip_{i:04}.jpg", 0, seed=i, side="train") for i in range(20)]
    photos += [stranger(f"valid/clip_{i:04}.jpg", 0, seed=i, side="val") for i in range(20, 40)]
    (remark,) = problems(photos)
    assert remark.kind == ProblemKind.VIDEO_FRAMES
    assert "train and val" in remark.message


def test_strangers_need_no_word() -> None:
    photos = [stranger(f"IMG_{i:04}.jpg", 0, seed=i) for i in range(20)]
    assert problems(photos) == []
    assert summary(photos) == ""
