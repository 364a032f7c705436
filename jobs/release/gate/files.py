"""Checks of what lies on disk: whole, complete, not grown beyond reason, in agreement, warmed up."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from detector.agreement import BOUNDS
from detector.errors import DetectorError
from detector.manifest import Artifact, Manifest, artifact_bytes, validate_manifest
from detector.store.layout import WARMUP_REQUESTS
from detector.store.signature import verify
from jobs.release.gate.check import Check, verdict
from jobs.release.gate.rules import LARGEST_GROWTH

NOTHING = "-"


def check_files(manifest: Manifest, *, artifacts: Path, model: Path) -> Check:
    """Every file that the manifest names, by its sha256."""
    rule = "each file as the manifest has it, by sha256"
    try:
        validate_manifest(manifest, artifacts=artifacts, model=model)
    except DetectorError as error:
        return Check("files", NOTHING, error.message, rule, "damaged")
    count = sum(len(artifact.files) for artifact in manifest.artifacts) + len(manifest.samples)
    return Check("files", NOTHING, f"{count} as written", rule, "passed")


def check_signature(
    manifest: Manifest, folders: Mapping[str, Path], trusted: Sequence[Ed25519PublicKey]
) -> Check:
    """One of the trusted keys signed every file. Force does not overrule it: a check that anyone can skip is none."""
    rule = "by a key that is trusted here, over every file"
    try:
        verify(manifest.name, manifest.version, folders, trusted)
    except DetectorError as error:
        return Check("signature", NOTHING, error.message, rule, "damaged")
    return Check("signature", NOTHING, "holds", rule, "passed")


def check_labels(candidate: Manifest, stable: Manifest | None) -> Check:
    """No class is lost: apps that look for one which the candidate does not know would never find it."""
    known = [] if stable is None else list(stable.labels)
    lost = [label for label in known if label not in candidate.labels]
    return Check(
        "labels",
        ", ".join(known) or NOTHING,
        ", ".join(candidate.labels),
        "every class of the stable version",
        verdict(not lost),
        {"lost": lost},
    )


def check_warmup(model: Path) -> Check:
    """Warm-up requests are there: without them the first photos after a release are slow."""
    path = model / WARMUP_REQUESTS
    size_bytes = path.stat().st_size if path.is_file() else 0
    found = f"{size_bytes / 1000:.0f} kB" if size_bytes else "missing"
    return Check(
        "warm-up requests", NOTHING, found, "there", verdict(size_bytes > 0), {"size_bytes": size_bytes}
    )


def size_checks(candidate: Manifest, stable: Manifest | None) -> Iterator[Check]:
    """One a kind: phones that use a kind of the stable version find it in the candidate, not much larger."""
    before = (
        {} if stable is None else {artifact.kind: artifact_bytes(artifact) for artifact in stable.artifacts}
    )
    after = {artifact.kind: artifact_bytes(artifact) for artifact in candidate.artifacts}
    rule = f"there, at most {LARGEST_GROWTH:g} times as large"
    for kind in dict.fromkeys((*after, *before)):
        old, new = before.get(kind), after.get(kind)
        holds = new is not None and (old is None or new <= LARGEST_GROWTH * old)
        values = {"stable_bytes": old, "candidate_bytes": new}
        yield Check(f"size of {kind}", _megabytes(old), _megabytes(new), rule, verdict(holds), values)


def parity_checks(candidate: Manifest, stable: Manifest | None) -> Iterator[Check]:
    """One a kind that has bounds: how far it is from the SavedModel, as measured when it was exported."""
    before = {} if stable is None else {artifact.kind: artifact for artifact in stable.artifacts}
    for artifact in candidate.artifacts:
        bounds = BOUNDS.get(artifact.kind)
        if bounds is None or artifact.kind == "saved_model":
            continue
        name, rule = (
            f"agreement of {artifact.kind}",
            f"boxes within {bounds.box:g}, scores within {bounds.score:g}",
        )
        old = _parity(before[artifact.kind]) if artifact.kind in before else NOTHING
        if not _has_parity(artifact):
            yield Check(name, old, "not measured", rule, "not measured")
            continue
        box, score = artifact.parity_max_box, artifact.parity_max_score
        holds = box <= bounds.box and score <= bounds.score
        yield Check(name, old, _parity(artifact), rule, verdict(holds), {"box": box, "score": score})


def _megabytes(size_bytes: int | None) -> str:
    return NOTHING if size_bytes is None else f"{size_bytes / 1e6:.2f} MB"


def _has_parity(artifact: Artifact) -> bool:
    return artifact.HasField("parity_max_box") and artifact.HasField("parity_max_score")


def _parity(artifact: Artifact) -> str:
    if not _has_parity(artifact):
        return "not measured"
    return f"{artifact.parity_max_box:.1g}, {artifact.parity_max_score:.1g}"
