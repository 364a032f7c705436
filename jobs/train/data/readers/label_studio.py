"""Label Studio's JSON and JSON-MIN.

A photo is annotated when its task has an annotation that was not skipped; one whose annotation is empty is a photo
without objects. Predictions are not used. Of several annotations the one marked as ground truth counts, else the
latest. Photos are called as Label Studio stored them, or as before it put eight digits in front.
"""

from collections.abc import Sequence

from detector.errors import DatasetError
from jobs.train.data.format import Format
from jobs.train.data.matching.collector import Collector
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.annotators import Choice, Work
from jobs.train.data.readers.json_values import load
from jobs.train.data.readers.label_studio_regions import found_in
from jobs.train.data.readers.label_studio_tasks import Annotation, Photo, Shape, Task, tasks_in
from jobs.train.data.readers.objects import Found, LeftOut, add_photo, nothing_found
from jobs.train.data.source import Source

_BROKEN = LeftOut(ProblemKind.INVALID_BOX, "is no region; left out.")
_ON_WHICH = LeftOut(ProblemKind.INVALID_BOX, "does not say which of the task's photos it is on; left out.")


def read(source: Source) -> Annotations:
    """All photos that the Label Studio files of the source list. DatasetError when there is no such file."""
    collector = Collector(source)
    annotated: list[Annotation] = []
    count = 0
    for file, tasks in collector.documents(lambda data: tasks_in(load(data)), ".json"):
        count += len(tasks)
        _add_tasks(collector, file, tasks)
        annotated += [annotation for task in tasks for annotation in task.annotations]
    if not count:
        raise nothing_found(collector, "JSON file of Label Studio, with tasks,")
    if not annotated:
        raise DatasetError(
            f"{source.name}: none of the {count} tasks in Label Studio's file has an annotation that was submitted; "
            "predictions and skipped tasks are not used."
        )
    if not any(entry.shapes or entry.broken for entry in annotated) and any(
        entry.choices for entry in annotated
    ):
        raise DatasetError(
            f"{source.name}: Label Studio's annotations are choices for whole photos, without boxes. Draw a rectangle "
            "around each object (RectangleLabels in the labelling interface)."
        )
    return collector.annotations()


def _add_tasks(collector: Collector, file: str, tasks: Sequence[Task]) -> None:
    choice = Choice(collector, file)
    unfinished = 0
    for place, task in enumerate(tasks, start=1):
        if not task.photos:
            message = f"task {task.name or place} names no photo; left out."
            collector.report(file, ProblemKind.MISSING_PHOTO, message)
        elif not task.annotations:
            unfinished += 1
        else:
            for photo in task.photos:
                _add(collector, file, task, photo, choice)
    choice.finish()
    if unfinished:
        tasks_are = "1 task is" if unfinished == 1 else f"{unfinished} tasks are"
        message = f"{tasks_are} not annotated, or skipped; the photos are not used."
        collector.report(file, ProblemKind.NOT_ANNOTATED, message)


def _add(collector: Collector, file: str, task: Task, photo: Photo, choice: Choice) -> None:
    works = [
        Work(tuple(_found(annotation, task, photo)), annotation.is_ground_truth, annotation.time)
        for annotation in task.annotations
    ]
    found = choice.among(works, photo.name).found
    sizes = {shape.region.size for annotation in task.annotations for shape in _on(annotation, task, photo)}
    add_photo(collector, file, photo.names, found, stated_size=next(iter(sizes)) if len(sizes) == 1 else None)


def _found(annotation: Annotation, task: Task, photo: Photo) -> list[Found]:
    found = [entry for shape in _on(annotation, task, photo) for entry in found_in(shape.region)]
    nowhere = [
        shape
        for shape in annotation.shapes
        if len(task.photos) > 1 and not any(map(shape.is_on, task.photos))
    ]
    return [*found, *([_ON_WHICH] * len(nowhere)), *([_BROKEN] * annotation.broken)]


def _on(annotation: Annotation, task: Task, photo: Photo) -> list[Shape]:
    """The shapes on this photo of the task."""
    return [shape for shape in annotation.shapes if len(task.photos) == 1 or shape.is_on(photo)]


FORMAT = Format(
    name="labelstudio",
    title="Label Studio JSON",
    files="a .json with a list of tasks, or JSON-MIN",
    find=lambda peek: peek.first_json(lambda content: tasks_in(content) is not None),
    read=read,
)
