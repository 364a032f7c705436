"""How good the default training is on photos that it has not seen.

    python -m bench.accuracy PHOTOS [--folds 5] [--only 0 1] [--seeds 0 1 2]
    python -m bench.accuracy            # built-in shapes: 200 fresh pictures from another seed

Prints a row a run: AP50 and AP of the float32 and the int8 file on the unseen photos, minutes and memory.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.folds import write_folds
from bench.machine import machine_line
from detector.evaluation import Evaluation
from detector.evaluation.average_precision import mean_of_measured
from jobs.train import TrainConfig
from jobs.train.data.shapes import generate_shapes
from jobs.train.evaluate_version import assess_version
from jobs.train.report import write_eval

SHAPES_UNSEEN = 200
UNSEEN_SEED = 1_000_003


@dataclass(frozen=True, slots=True)
class Row:
    """One run of the default command; None is not measured (int8_ap50: the file was left out)."""

    name: str
    ap50: float | None
    ap: float | None
    int8_ap50: float | None
    false_positives_per_empty_photo: float | None
    minutes: float
    memory_gb: float

    def __str__(self) -> str:
        int8 = "left out" if self.int8_ap50 is None else f"{self.int8_ap50:.3f}"
        empties = _shown(self.false_positives_per_empty_photo)
        return (
            f"{self.name:<18} AP50 {_shown(self.ap50)}  AP {_shown(self.ap)}  int8 AP50 {int8}  FP/empty {empties}  "
            f"{self.minutes:5.1f} min  {self.memory_gb:.2f} GB"
        )


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def run_default(name: str, data: Path | None, unseen: Path, *, seed: int, store: Path) -> Row:
    """The default command in a process of its own, then its files on the unseen photos."""
    command = [sys.executable, "-c", "from jobs.cli import main; main()", "train"]
    command += [*([str(data)] if data else []), "--store", str(store), "--seed", str(seed)]
    started = time.monotonic()
    # Standard error stays this terminal's: a run that fails says there why.
    timed = subprocess.run(
        [sys.executable, "-m", "bench.child", *command], check=True, stdout=subprocess.PIPE, text=True
    )
    minutes = (time.monotonic() - started) / 60
    full = _unseen_evaluation(unseen, store, "tflite_f32")
    int8 = None
    if (store / "artifacts" / TrainConfig().name / "1" / "tflite" / "int8.tflite").exists():
        int8 = _unseen_evaluation(unseen, store, "tflite_int8").ap50
    return Row(
        name, full.ap50, full.ap, int8, full.false_positives_per_empty_photo, minutes,
        float(timed.stdout.strip().splitlines()[-1]),
    )  # fmt: skip


def _unseen_evaluation(unseen: Path, store: Path, kind: str) -> Evaluation:
    name = TrainConfig().name
    return assess_version(unseen, store=store, name=name, version=1, kind=kind, format="coco").evaluation


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, nargs="*", help="of the folds; all by default")
    parser.add_argument("--seeds", type=int, nargs="*", default=[0])
    options = parser.parse_args()
    if options.folds < 2 or not options.seeds:
        parser.error("--folds is at least 2, and --seeds names at least one")
    if options.only is not None and not set(options.only) & set(range(options.folds)):
        parser.error(f"--only names none of the folds 0 to {options.folds - 1}")
    print(machine_line(), flush=True)
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-accuracy-") as folder:
        scratch = Path(folder)
        for name, data, unseen in _tasks(options, scratch):
            for seed in options.seeds:
                store = scratch / f"store-{name.replace(' ', '-')}-{seed}"
                rows.append(run_default(f"{name} seed {seed}", data, unseen, seed=seed, store=store))
                print(rows[-1], flush=True)
    ap50, ap = (mean_of_measured(values) for values in ([r.ap50 for r in rows], [r.ap for r in rows]))
    print(f"mean of {len(rows)} runs: AP50 {_shown(ap50)}, AP {_shown(ap)}")


def _tasks(options: argparse.Namespace, scratch: Path) -> list[tuple[str, Path | None, Path]]:
    if options.data is None:
        dataset = generate_shapes(SHAPES_UNSEEN, seed=UNSEEN_SEED, size=TrainConfig().image_size)
        write_eval(scratch / "unseen", dataset.photos, dataset.labels)
        return [("shapes", None, scratch / "unseen")]
    size = TrainConfig(data=options.data).image_size
    folds = write_folds(options.data, scratch, folds=options.folds, size=size)
    chosen = [fold for fold in folds if options.only is None or fold.number in options.only]
    return [(f"fold {fold.number}", fold.known, fold.unseen) for fold in chosen]


if __name__ == "__main__":
    main()
