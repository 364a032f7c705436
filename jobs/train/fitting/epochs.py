"""How long each phase runs when nobody says: by the number of steps, not of epochs."""

from jobs.train.config import TrainConfig

PHASE1_VIEWS_SEEN = 2500
PHASE2_VIEWS_SEEN = 11_500
"""Accuracy still rises here; more would not fit into fifteen minutes on two cores."""
PHASE2_VIEWS_SEEN_OF_SHAPES = 6500
"""Plain figures are learnt sooner than animals."""
MOST_EPOCHS = (30, 150)
LEAST_EPOCHS = (3, 8)


def epochs_of(config: TrainConfig, *, photos: int) -> tuple[int, int]:
    """Epochs of the two phases: enough for a number of views that small and large sets need alike."""
    chosen = (config.phase1_epochs, config.phase2_epochs)
    phase2_views = PHASE2_VIEWS_SEEN_OF_SHAPES if config.data is None else PHASE2_VIEWS_SEEN
    views = (PHASE1_VIEWS_SEEN, phase2_views)
    automatic = [
        min(most, max(least, round(count / max(photos, 1))))
        for count, least, most in zip(views, LEAST_EPOCHS, MOST_EPOCHS, strict=True)
    ]
    first, second = (
        given if given is not None else own for given, own in zip(chosen, automatic, strict=True)
    )
    return first, second
