"""What is said of photos that belong together: copies one by one, frames of a video at once."""

from collections.abc import Sequence

from jobs.train.data.photos import LabelledPhoto
from jobs.train.data.problems import Problem, ProblemKind
from jobs.train.data.split.copy_names import Origin, copy_name, series_position
from jobs.train.data.split.groups import PhotoGroups
from jobs.train.data.split.videos import frames_in_order


def group_problems(photos: Sequence[LabelledPhoto], groups: PhotoGroups) -> list[Problem]:
    """A remark for each copy of an earlier photo, a fault where they are on different sides; a remark for each video.

    Copies that are frames of a video (a camera that stands still) are covered by the remark on the video.
    """
    problems = []
    in_video: set[int] = set()
    first_copies = {alike[0]: alike for alike in groups.copies}
    for group in groups.together:
        if len(group) == 1:
            continue
        video = frames_in_order(photos, group, groups.copies)
        in_video.update(group if video else ())
        if video or len(first_copies[group[0]]) < len(group):
            problems.append(_video_remark(photos, [i for frame in video for i in frame] or list(group)))
    for alike in groups.copies:
        first = photos[alike[0]]
        for i in alike[1:]:
            if photos[i].side and first.side and photos[i].side != first.side:
                problems.append(_leak(first, photos[i]))
            elif i not in in_video or not _are_two_frames(first, photos[i]):
                problems.append(_copy_remark(first, photos[i]))
    return problems


def _video_remark(photos: Sequence[LabelledPhoto], group: Sequence[int]) -> Problem:
    first, last = photos[group[0]], photos[group[-1]]
    sides = sorted({side for i in group if (side := photos[i].side)})
    if len(sides) > 1:
        outcome = f"they are in {' and '.join(sides)}, so what is measured says little about other videos"
    else:
        outcome = "the split keeps them together or, if there is little else, cuts them by time"
    message = f"one of {len(group)} photos of one video or burst, to {last.name}; {outcome}."
    return Problem(first.name, ProblemKind.VIDEO_FRAMES, message)


def _leak(first: LabelledPhoto, photo: LabelledPhoto) -> Problem:
    message = f"{_relation(first, photo)}, which is in {first.side} while this is in {photo.side}; kept."
    return Problem(photo.name, ProblemKind.LEAK, message)


def _copy_remark(first: LabelledPhoto, photo: LabelledPhoto) -> Problem:
    message = f"{_relation(first, photo)}; both are kept, on the same side of the split."
    return Problem(photo.name, ProblemKind.NEAR_DUPLICATE, message)


def _relation(first: LabelledPhoto, photo: LabelledPhoto) -> str:
    a, b = copy_name(first.name), copy_name(photo.name)
    if (a.folder, a.base) == (b.folder, b.base) and Origin.COPY in (a.origin, b.origin):
        return f"is by its name a copy of the same photo as {first.name}"
    return f"shows the same as {first.name}"


def _are_two_frames(first: LabelledPhoto, photo: LabelledPhoto) -> bool:
    """Whether they have different numbers in one series."""
    a, b = series_position(first.name), series_position(photo.name)
    if a is None or b is None:
        return False
    return (a.folder, a.series) == (b.folder, b.series) and a.number != b.number
