"""All checks of a candidate against the stable version, and the verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from detector.errors import DetectorError
from detector.evaluation import PairedDifference
from detector.manifest import Manifest
from detector.store import Store
from jobs.release.gate.check import Check, verdict
from jobs.release.gate.compare import Comparison, Contender, OnProgress, compare
from jobs.release.gate.files import (
    NOTHING,
    check_files,
    check_labels,
    check_signature,
    check_warmup,
    parity_checks,
    size_checks,
)
from jobs.release.gate.held_out import read_held_out
from jobs.release.gate.rules import AP50_RULE, FALSE_POSITIVES_RULE, ap50_is_kept, silence_is_kept


@dataclass(frozen=True, slots=True)
class GateResult:
    """Every check. `stable` is None for a model without a stable version: then nothing is compared."""

    name: str
    candidate: int
    stable: int | None
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return not self.failed

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.outcome in ("refused", "damaged"))

    @property
    def can_be_forced(self) -> bool:
        """Judgements can be overruled; damage cannot."""
        return all(check.outcome != "damaged" for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        return {
            "candidate": self.candidate,
            "stable": self.stable,
            "passed": self.passed,
            "checks": [check.to_json() for check in self.checks],
        }

    def summary(self) -> dict[str, Any]:
        """What the log keeps of it."""
        measured = {check.name: dict(check.values) for check in self.checks if check.name in _LOGGED}
        return {"passed": self.passed, "failed": [check.name for check in self.failed], **measured}


AP50, FALSE_POSITIVES = "AP50", "false positives per empty photo"
_LOGGED = (AP50, FALSE_POSITIVES)


def run_gate(
    store: Store,
    name: str,
    candidate: int,
    stable: int | None,
    *,
    trusted: Sequence[Ed25519PublicKey] | None = None,
    on_progress: OnProgress = lambda done, total: None,
) -> GateResult:
    """Check `candidate` by itself and against `stable`, on the held-out photos of the newer one of the two.

    With `trusted` keys, one of them must have signed it.

    Raises NotFoundError for a version that is not there.
    """
    manifest = store.manifest(name, candidate)
    artifacts, model = store.artifacts_dir(name, candidate), store.model_dir(name, candidate)
    whole = [check_files(manifest, artifacts=artifacts, model=model)]
    if trusted is not None:
        whole.append(check_signature(manifest, store.folders(name, candidate), trusted))
    if any(check.outcome == "damaged" for check in whole):
        return GateResult(name, candidate, stable, tuple(whole))
    before = None if stable is None else store.manifest(name, stable)
    checks = (
        *whole,
        check_labels(manifest, before),
        *_accuracy_checks(store, manifest, before, on_progress),
        *parity_checks(manifest, before),
        *size_checks(manifest, before),
        check_warmup(model),
    )
    return GateResult(name, candidate, stable, checks)


def _accuracy_checks(
    store: Store, candidate: Manifest, stable: Manifest | None, on_progress: OnProgress
) -> Iterator[Check]:
    try:
        contender = Contender.load(candidate, store.artifacts_dir(candidate.name, candidate.version))
    except DetectorError as error:
        yield Check("LiteRT", NOTHING, error.message, "runs it", "damaged")
        return
    newer = max((candidate, *([] if stable is None else [stable])), key=lambda manifest: manifest.version)
    try:
        opponent = (
            None
            if stable is None
            else Contender.load(stable, store.artifacts_dir(stable.name, stable.version))
        )
        held_out = read_held_out(store.eval_dir(newer.name, newer.version), newer.labels)
        comparison = compare(held_out, contender, opponent, on_progress=on_progress)
    except DetectorError as error:
        # No evidence is no pass; a person who knows why may force it.
        yield Check(AP50, NOTHING, f"cannot be compared: {error.message}", AP50_RULE, "refused")
        return
    yield _ap50_check(comparison)
    yield _false_positives_check(comparison)


def _ap50_check(comparison: Comparison) -> Check:
    stable, candidate = comparison.stable, comparison.candidate
    paired = comparison.ap50
    name = f"{comparison.photos} photos"
    values = {
        "photos": comparison.photos,
        "stable_value": None if stable is None else stable.ap50,
        "candidate_value": candidate.ap50,
        **_difference_values(paired),
    }
    if candidate.ap50 is None:
        said = f"not measured: no object that both know in {name}"
        return Check(AP50, NOTHING, said, AP50_RULE, "refused", values)
    said = f"{candidate.ap50:.3f} on {name}"
    if stable is None:
        return Check(AP50, NOTHING, said, "nothing to compare with", "passed", values)
    holds = paired is not None and ap50_is_kept(paired)
    return Check(AP50, _number(stable.ap50), f"{said}{_spread(paired)}", AP50_RULE, verdict(holds), values)


def _false_positives_check(comparison: Comparison) -> Check:
    stable, candidate = comparison.stable, comparison.candidate
    paired = comparison.false_positives
    old = None if stable is None else stable.false_positives_per_empty_photo
    new = candidate.false_positives_per_empty_photo
    values = {
        "photos": comparison.empty_photos,
        "stable_value": old,
        "candidate_value": new,
        **_difference_values(paired),
    }
    if new is None:
        said = "not measured: every held-out photo has an object"
        return Check(FALSE_POSITIVES, NOTHING, said, FALSE_POSITIVES_RULE, "not measured", values)
    said = f"{new:.3f} on {comparison.empty_photos} photos"
    if paired is None:
        return Check(FALSE_POSITIVES, NOTHING, said, "nothing to compare with", "passed", values)
    said += _spread(paired)
    rule = FALSE_POSITIVES_RULE
    return Check(FALSE_POSITIVES, _number(old), said, rule, verdict(silence_is_kept(paired)), values)


def _spread(paired: PairedDifference | None) -> str:
    if paired is None:
        return ""
    low, high = paired.interval.low, paired.interval.high
    return f": {paired.difference:+.3f} ({low:+.3f} to {high:+.3f})"


def _difference_values(paired: PairedDifference | None) -> dict[str, Any]:
    if paired is None:
        return {"difference": None, "interval": None}
    return {"difference": paired.difference, "interval": [paired.interval.low, paired.interval.high]}


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"
