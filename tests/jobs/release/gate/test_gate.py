"""The gate on real files and photos: what passes, what is refused, what nobody can force."""

import json
import shutil
from pathlib import Path

import pytest

from detector.errors import NotFoundError
from detector.manifest import Manifest
from jobs.registry import Registry
from jobs.release.gate import GateResult, compare, run_gate
from jobs.release.gate.gate import AP50, FALSE_POSITIVES
from services.gateway.engines.offline import OfflineDetector
from tests.jobs.release.making import NAME, Making, publish


def gate(store: Registry, candidate: int, stable: int | None = 1) -> GateResult:
    return run_gate(store, NAME, candidate, stable)


def outcomes(result: GateResult) -> dict[str, str]:
    return {check.name: check.outcome for check in result.checks}


def refused(result: GateResult) -> list[str]:
    return [check.name for check in result.failed]


def test_a_version_as_good_as_the_stable_one_passes(store: Registry) -> None:
    result = gate(store, 2)
    assert result.passed
    assert set(outcomes(result).values()) == {"passed"}
    values = {check.name: check.values for check in result.checks}
    assert values[AP50]["stable_value"] == values[AP50]["candidate_value"] == 1.0
    assert (values[AP50]["photos"], values[FALSE_POSITIVES]["photos"]) == (20, 8)


def test_a_machine_of_many_cores_loads_no_more_of_it_than_a_container_holds(
    store: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def detector(manifest: Manifest, artifacts: Path, *, kind: str, workers: int) -> OfflineDetector:
        asked.append(workers)
        return OfflineDetector(manifest, artifacts, kind=kind, workers=1)

    monkeypatch.setattr(compare, "OfflineDetector", detector)
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(32)))
    assert gate(store, 2).passed
    assert set(asked) == {compare.MOST_THREADS}


def test_one_that_finds_nothing_is_refused(store: Registry) -> None:
    result = gate(store, publish(store, Making(score_scale=-1.0)))
    assert refused(result) == [AP50]
    check = result.failed[0]
    assert (check.stable, check.values["difference"]) == ("1.000", -1.0)
    assert result.can_be_forced


def test_a_loss_on_one_photo_of_many_may_be_chance_and_one_on_a_quarter_is_not(store: Registry) -> None:
    one = publish(store, Making(score_scale=0.05, clear_photos=29, pale_photos=1))
    quarter = publish(store, Making(score_scale=0.05, clear_photos=30, pale_photos=10))
    assert gate(store, one).passed
    assert refused(gate(store, quarter)) == [AP50]


def test_boxes_where_there_is_nothing_are_refused(store: Registry) -> None:
    """The same boxes, drawn from a lower score on: pale quarters of photos that say nothing is there."""
    careful = publish(store, Making(clear_photos=4, empty_photos=0))
    store_with_pale(store, careful)
    eager = publish(store, Making(threshold=0.05, clear_photos=4, empty_photos=0))
    store_with_pale(store, eager)
    result = gate(store, eager, careful)
    assert refused(result) == [FALSE_POSITIVES]
    assert result.failed[0].values["candidate_value"] == 1.0


def store_with_pale(store: Registry, version: int) -> None:
    """Photos with something pale on them, labelled as empty."""
    folder = store.eval_dir(NAME, version)
    made = publish(store, Making(clear_photos=0, pale_photos=8, empty_photos=0), name="other")
    other = store.eval_dir("other", made)
    annotations = json.loads((folder / "annotations.json").read_text())
    for number, photo in enumerate(sorted(other.glob("*.jpg")), start=100):
        shutil.copy(photo, folder / f"{number}.jpg")
        image = {"id": number, "file_name": f"{number}.jpg", "width": 96, "height": 96}
        annotations["images"].append(image)
    (folder / "annotations.json").write_text(json.dumps(annotations))


def test_photos_without_empty_ones_leave_false_positives_unmeasured(store: Registry) -> None:
    result = gate(store, publish(store, Making(empty_photos=0)))
    assert result.passed
    assert outcomes(result)[FALSE_POSITIVES] == "not measured"


def test_the_newer_version_brings_the_photos_also_when_it_is_the_stable_one(store: Registry) -> None:
    newer = publish(store, Making(clear_photos=4, empty_photos=2))
    result = gate(store, 1, newer)
    assert next(check.values["photos"] for check in result.checks if check.name == AP50) == 6


def test_a_class_that_is_gone_is_refused_and_another_order_is_not(store: Registry) -> None:
    renamed = publish(store, Making(labels=("red", "green")))
    assert "labels" in refused(gate(store, renamed))
    # The graph is the same, so under the other order every object gets the other name.
    turned = publish(store, Making(labels=("blue", "red")))
    result = gate(store, turned)
    assert outcomes(result)["labels"] == "passed"
    assert next(check for check in result.checks if check.name == AP50).values["stable_value"] == 0.0


def test_a_kind_that_is_gone_or_has_grown_is_refused(store: Registry) -> None:
    two_kinds = publish(store, Making(kinds=("tflite_f32", "tflite_int8")))
    assert gate(store, two_kinds).passed
    assert refused(gate(store, 2, two_kinds)) == ["size of tflite_int8"]
    grown = publish(store, Making(ballast_bytes=60_000))
    assert refused(gate(store, grown)) == ["size of tflite_f32"]


def test_warm_up_requests_and_agreement_are_looked_at(store: Registry) -> None:
    assert refused(gate(store, publish(store, Making(warmup=False)))) == ["warm-up requests"]
    assert refused(gate(store, publish(store, Making(parity_box=2e-4)))) == ["agreement of tflite_f32"]
    unmeasured = gate(store, publish(store, Making(parity_box=None)))
    assert unmeasured.passed
    assert outcomes(unmeasured)["agreement of tflite_f32"] == "not measured"


def test_without_a_stable_version_only_the_version_itself_counts(store: Registry) -> None:
    assert gate(store, 1, None).passed
    assert not gate(store, publish(store, Making(warmup=False)), None).passed


@pytest.mark.parametrize(
    "path", ["artifacts/detector/2/tflite/f32.tflite", "models/detector/2/saved_model.pb"]
)
def test_a_damaged_file_cannot_be_forced(store: Registry, path: str) -> None:
    damage(store.root / path)
    result = gate(store, 2)
    assert not result.can_be_forced
    assert "has another content" in result.failed[0].candidate


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def test_a_file_that_litert_cannot_run_cannot_be_forced(store: Registry) -> None:
    result = gate(store, publish(store, Making(tflite=b"TFL3 no network")))
    assert not result.can_be_forced
    assert result.failed[0].name == "LiteRT"


def test_what_cannot_be_compared_is_refused_and_can_be_forced(store: Registry) -> None:
    for spoil in (
        shutil.rmtree,
        lambda folder: (folder / "annotations.json").unlink(),
        lambda folder: (folder / "annotations.json").write_text("[]"),
        lambda folder: (folder / "0003.jpg").write_bytes(b"no photo"),
        lambda folder: (folder / "0003.jpg").unlink(),
    ):
        version = publish(store)
        spoil(store.eval_dir(NAME, version))
        result = gate(store, version)
        assert refused(result) == [AP50]
        assert result.failed[0].candidate.startswith("cannot be compared: ")
        assert result.can_be_forced


def test_a_stable_version_that_does_not_run_keeps_nobody_from_being_forced(store: Registry) -> None:
    broken = publish(store, Making(tflite=b"TFL3 no network", ballast_bytes=20_000))
    good = publish(store)
    result = gate(store, good, broken)
    assert refused(result) == [AP50]
    assert result.can_be_forced


def test_a_version_that_is_not_there(store: Registry) -> None:
    with pytest.raises(NotFoundError, match="no version 9"):
        gate(store, 9)


def test_versions_of_different_sizes_are_compared(store: Registry) -> None:
    assert gate(store, publish(store, Making(size=32))).passed


def test_the_result_is_json(store: Registry) -> None:
    result = gate(store, publish(store, Making(score_scale=-1.0)))
    fields = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert (fields["passed"], fields["candidate"], fields["stable"]) == (False, 3, 1)
    summary = json.loads(json.dumps(result.summary(), allow_nan=False))
    assert summary["failed"] == [AP50]
    assert summary[AP50]["difference"] == -1.0
