"""Average precision as the COCO API computes it, to hold our own against."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster

from detector.boxes import Box
from detector.detections import MAX_DETECTIONS, Detection, GroundTruth
from detector.evaluation import SIZE_RANGES


@dataclass(frozen=True, slots=True)
class CocoPrecision:
    """Precision `[IoU thresholds, recall points, classes, all + sizes]`; -1 where nothing is to be found."""

    table: Any

    def mean(
        self, *, iou: int | slice = slice(None), class_id: int | slice = slice(None), area: int = 0
    ) -> float | None:
        """Mean of what is measured, as COCO's own summary takes it."""
        values = np.asarray(self.table[iou, :, class_id, area])
        measured = values[values > -1]
        return float(measured.mean()) if measured.size else None


def coco_precision(
    ground_truth: Sequence[Sequence[GroundTruth]], detections: Sequence[Sequence[Detection]], classes: int
) -> CocoPrecision:
    """Evaluate with faster-coco-eval, in boxes normalised to the photo so that areas are shares of it."""
    truth = COCO()
    truth.dataset = {
        "info": {},
        "images": [{"id": photo + 1, "width": 1, "height": 1} for photo in range(len(ground_truth))],
        "categories": [{"id": class_id + 1, "name": str(class_id)} for class_id in range(classes)],
        "annotations": [
            {**_annotation(photo, item.class_id, item.box), "iscrowd": 0}
            for photo, items in enumerate(ground_truth)
            for item in items
        ],
    }
    for index, annotation in enumerate(truth.dataset["annotations"]):
        annotation["id"] = index + 1
    truth.createIndex()
    found = truth.loadRes(
        [
            {**_annotation(photo, item.class_id, item.box), "score": item.score}
            for photo, items in enumerate(detections)
            for item in items
        ]
    )
    evaluation = COCOeval_faster(truth, found, "bbox", print_function=_say_nothing)
    evaluation.params.maxDets = [MAX_DETECTIONS]
    areas = [(size.minimum, min(size.maximum, 1e10)) for size in SIZE_RANGES]
    evaluation.params.areaRng = [[0.0, 1e10], *([low, high] for low, high in areas)]
    evaluation.params.areaRngLbl = ["all", *(size.name for size in SIZE_RANGES)]
    evaluation.evaluate()
    evaluation.accumulate()
    return CocoPrecision(evaluation.eval["precision"][..., 0])


def _annotation(photo: int, class_id: int, box: Box) -> dict[str, Any]:
    return {
        "image_id": photo + 1,
        "category_id": class_id + 1,
        "bbox": [box.xmin, box.ymin, box.width, box.height],
        "area": box.width * box.height,
    }


def _say_nothing(*_: object) -> None:
    """Evaluation reports its progress by printing."""
