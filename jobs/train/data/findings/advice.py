"""Plain sentences on what to expect of a dataset and what to add to it."""

from jobs.train.data.findings.data_report import ClassCount

FEW_PHOTOS = 20
SOME_PHOTOS = 100
FEW_BOXES = 25
SOME_BOXES = 100
IMBALANCE = 3
FEW_NEGATIVES = 0.05


def advise(classes: tuple[ClassCount, ...], *, photos: int, negatives: int) -> tuple[str, ...]:
    """What to expect and what to add, most important first; empty for a dataset with enough of everything."""
    return (
        *_few_photos(photos),
        *_few_boxes(classes),
        *_imbalance(classes),
        *_few_negatives(photos, negatives),
    )


def _few_photos(photos: int) -> list[str]:
    if photos < FEW_PHOTOS:
        return [
            f"Only {photos} photos: expect the detector to know these very photos and little else, and "
            "its measured "
            f"accuracy to be chance. Take at least {SOME_PHOTOS}, from other places, distances and light."
        ]
    if photos < SOME_PHOTOS:
        return [
            f"{photos} photos: expect it to work in surroundings like these and to fail in new ones. "
            f"Add {SOME_PHOTOS - photos} or more from other places, distances and light."
        ]
    return []


def _few_boxes(classes: tuple[ClassCount, ...]) -> list[str]:
    lines = []
    for entry in classes:
        if entry.boxes < FEW_BOXES:
            expectation = "it will often be missed or mistaken"
        elif entry.boxes < SOME_BOXES:
            expectation = "expect gaps in unusual poses and sizes"
        else:
            continue
        lines.append(
            f"'{entry.label}' has {entry.boxes} boxes in {entry.photos} photos: {expectation}. "
            f"Add {SOME_BOXES - entry.boxes} or more."
        )
    return lines


def _imbalance(classes: tuple[ClassCount, ...]) -> list[str]:
    if len(classes) < 2:
        return []
    most = max(classes, key=lambda entry: entry.boxes)
    least = min(classes, key=lambda entry: entry.boxes)
    if most.boxes < IMBALANCE * least.boxes:
        return []
    return [
        f"'{most.label}' has {most.boxes} boxes and '{least.label}' {least.boxes}: the rarer one will "
        "be found less "
        f"often. Add photos of '{least.label}'."
    ]


def _few_negatives(photos: int, negatives: int) -> list[str]:
    if negatives >= FEW_NEGATIVES * photos:
        return []
    return [
        f"{negatives} of {photos} photos show none of the classes: expect false alarms on empty scenes. "
        "Add photos of the usual surroundings without any box (an empty annotation)."
    ]
