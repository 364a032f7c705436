"""The model card: what the version is for, what it was made from, and where not to trust it.

After Mitchell et al., "Model Cards for Model Reporting" (2019), kept to what is known of this version.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from detector.evaluation import ClassMetrics, Evaluation
from jobs.train.report.data import ClassFacts, ReportData, TrainingFacts
from jobs.train.wording import counted

FEW_BOXES = 100
"""Below this many boxes of a class in training, expect gaps."""
FEW_MEASURED = 50
"""Below this many held-out objects of a class, its numbers are rough."""


@dataclass(frozen=True, slots=True)
class CardSection:
    """One heading of the card with its sentences."""

    heading: str
    sentences: tuple[str, ...]


def model_card(data: ReportData) -> tuple[CardSection, ...]:
    """The card's sections: what follows from `data`, and the cautions that hold for every such model."""
    return (
        CardSection("Intended use", _intended_use(data.labels)),
        CardSection("Trained on", _trained_on(data.training)),
        CardSection("Measured on", _measured_on(data)),
        CardSection("Limits", _limits(data)),
        CardSection("Do not use it for", _not_for()),
    )


def _intended_use(labels: Sequence[str]) -> tuple[str, ...]:
    return (
        f"Finding {_listed(labels)} in single photos taken much like the training photos, on a phone or "
        "behind the gateway, where a person looks at the result.",
        "It answers with a box, a class and a score for each object. The score orders the answers; it is not "
        "the probability of being right.",
    )


def _trained_on(training: TrainingFacts) -> tuple[str, ...]:
    classes = "; ".join(_class_sentence(facts) for facts in training.per_class)
    return (
        f"{counted(training.photos, 'photo')} with {counted(training.boxes, 'labelled object')}, "
        f"{training.negatives} of the photos without any: {classes}.",
        f"The base network started from: {training.base_weights}.",
    )


def _class_sentence(facts: ClassFacts) -> str:
    sizes = ""
    if facts.smallest_side is not None and facts.largest_side is not None:
        sizes = f", {facts.smallest_side:.0%} to {facts.largest_side:.0%} of the photo's edge"
    return f"{facts.label}: {counted(facts.boxes, 'object')} in {counted(facts.photos, 'photo')}{sizes}"


def _measured_on(data: ReportData) -> tuple[str, ...]:
    evaluation = data.evaluation
    photos = f"{counted(evaluation.photos, 'photo')}, {evaluation.empty_photos} of them without any object"
    if data.held_out == "test":
        return (f"The dataset's own test photos ({photos}), which had no part in training.",)
    chosen = "the epoch that is kept and the score threshold were chosen by them"
    if data.also_trained_on:
        return (
            f"Photos of the same dataset ({photos}). {data.also_trained_on} of them were trained on too, and {chosen}: "
            "on new photos expect it to do much worse.",
        )
    return (
        f"Held-out photos of the same dataset ({photos}). They were not trained on, but {chosen}, so new photos may "
        "do a little worse.",
    )


def _limits(data: ReportData) -> tuple[str, ...]:
    generic = (
        "Photos unlike the training photos (other places, light, seasons, cameras, distances or angles) were "
        "not measured. Expect more misses and false alarms there.",
        "Whatever was not labelled does not exist for it: it may take things that look alike for one of its "
        "classes.",
    )
    return (
        *_few_in_training(data.training),
        *_roughly_measured(data.evaluation),
        *_small_objects(data.training),
        *_no_negatives(data),
        *generic,
    )


def _few_in_training(training: TrainingFacts) -> list[str]:
    few = [facts.label for facts in training.per_class if facts.boxes < FEW_BOXES]
    if not few:
        return []
    return [
        f"Fewer than {FEW_BOXES} training objects of {_listed(few)}: expect gaps in poses, backgrounds and "
        "sizes."
    ]


def _roughly_measured(evaluation: Evaluation) -> list[str]:
    rough = [metrics for metrics in evaluation.per_class if metrics.ground_truth_boxes < FEW_MEASURED]
    if not rough:
        return []
    counts = _listed([_measured_count(metrics) for metrics in rough])
    return [f"Few held-out objects ({counts}): the numbers are rough, see their intervals."]


def _measured_count(metrics: ClassMetrics) -> str:
    return f"{metrics.ground_truth_boxes} of {metrics.label}"


def _small_objects(training: TrainingFacts) -> list[str]:
    if training.smallest_side is None:
        return []
    return [
        f"The smallest object it has seen is {training.smallest_side:.1%} of the photo's edge; do not expect "
        "smaller ones to be found. Go closer, or cut the photo into parts."
    ]


def _no_negatives(data: ReportData) -> list[str]:
    lines = []
    if data.training.negatives == 0:
        lines.append("No training photo was empty, so it has not learned from scenes with nothing to find.")
    if data.evaluation.empty_photos == 0:
        lines.append("No held-out photo was empty: how often it raises a false alarm on one is not known.")
    return lines


def _not_for() -> tuple[str, ...]:
    return (
        "Decisions about safety, health, law or money, or anything where a miss or a false alarm does harm.",
        "Surveillance, or recognising or following people.",
        "Counting or measuring without a check by hand.",
        "Deciding by itself: keep a person in between.",
    )


def _listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
