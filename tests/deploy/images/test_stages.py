"""Stages run this project's Python on the files that they copy alone, and the images have all that they import."""

import ast
from pathlib import Path

import numpy as np
import pytest

from tests.deploy.images.dockerfile import read_dockerfile
from tests.deploy.images.staging import ROOT, StagedFiles, build_stage, own_commands

FILES = {name: read_dockerfile(ROOT / "deploy" / name / "Dockerfile") for name in ("gateway", "train")}
IMPORT_EVERYTHING = Path(__file__).with_name("image_imports.py")

every_image = pytest.mark.parametrize("image", FILES)


def test_the_stages_that_run_this_project_are_all_here() -> None:
    found = {
        image: [each.name for each in file.stages if own_commands(each)] for image, file in FILES.items()
    }
    assert found == {"gateway": ["metadata", "code"], "train": ["packages", "weights", "metadata", "code"]}


@pytest.mark.parametrize(
    ("image", "stage"),
    [
        ("train", "packages"),
        ("train", "metadata"),
        ("train", "code"),
        ("gateway", "metadata"),
        ("gateway", "code"),
    ],
)
def test_a_stage_has_every_file_that_its_own_commands_need(image: str, stage: str, tmp_path: Path) -> None:
    build_stage(FILES[image], stage, tmp_path)


def test_weights_are_fetched_with_the_files_that_the_stage_copies(tmp_path: Path) -> None:
    write_weights(tmp_path / "cache/mobilenet_v1_1.0.npz")
    files = build_stage(FILES["train"], "weights", tmp_path)
    copied = {path.relative_to(files.workdir) for path in files.workdir.rglob("*.py")}
    compiled = {
        path.parent.parent / f"{path.name.partition('.')[0]}.py" for path in files.workdir.rglob("*.pyc")
    }
    imported = {path.relative_to(files.workdir) for path in compiled}
    assert copied - imported == {Path("fetch_weights.py")}, "these are copied and never imported"


@every_image
def test_an_image_has_every_module_that_its_own_import(image: str, tmp_path: Path) -> None:
    final = lay_out_image(image, tmp_path)
    lock = ROOT / "requirements" / f"{image}.lock"
    done = final.run(f"/venv/bin/python {IMPORT_EVERYTHING} {lock}", TF_CPP_MIN_LOG_LEVEL="3")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) == len(own_modules(final.workdir))


def test_the_command_of_the_train_image_finds_its_modules(tmp_path: Path) -> None:
    final = lay_out_image("train", tmp_path)
    (program,) = ast.literal_eval(FILES["train"].final.values("ENTRYPOINT")[0])
    for arguments in ("--help", "train --help", "release --help", "launch --help"):
        done = final.run(f"{program} {arguments}")
        assert done.returncode == 0, done.stderr


def test_the_train_image_leaves_the_silence_of_tensorflow_to_the_program(tmp_path: Path) -> None:
    final = StagedFiles(tmp_path)
    final.lay_out(FILES["train"].final)
    assert final.run("env | grep ^DETECTOR_STORE=").stdout.startswith("DETECTOR_STORE=")
    assert final.run("env | grep ^TF_").stdout == ""


def test_the_script_of_the_train_image_runs_the_command_beside_it(tmp_path: Path) -> None:
    final = lay_out_image("train", tmp_path)
    (final.root / "store/models").mkdir(parents=True)
    done = final.run("/app/train-if-empty.sh --help")
    assert done.returncode == 0, done.stderr
    assert "Nothing of detector is half done" in done.stdout
    assert "Train on labelled photos" in done.stdout


def test_the_gateway_image_starts_as_far_as_its_settings(tmp_path: Path) -> None:
    final = lay_out_image("gateway", tmp_path)
    command = " ".join(ast.literal_eval(FILES["gateway"].final.values("ENTRYPOINT")[0]))
    done = final.run(command, DETECTOR_ENGINE="none-such")
    assert done.returncode == 2, done.stderr
    assert "DETECTOR_ENGINE" in done.stderr


def test_the_health_check_of_the_gateway_image_runs_on_its_own(tmp_path: Path) -> None:
    final = lay_out_image("gateway", tmp_path)
    (check,) = FILES["gateway"].final.values("HEALTHCHECK")
    command = " ".join(ast.literal_eval(check.partition("CMD ")[2]))
    done = final.run(command, DETECTOR_HTTP_PORT="1")
    assert done.returncode == 1
    assert "/livez on port 1" in done.stderr


def own_modules(folder: Path) -> list[Path]:
    """What can be imported of this project in an image's working folder."""
    packages = ("detector", "services", "jobs")
    return [
        path
        for package in packages
        for path in (folder / package).rglob("*.py")
        if path.name != "__main__.py" and path != folder / package / "__init__.py"
    ]


def lay_out_image(image: str, folder: Path) -> StagedFiles:
    """The last stage of the image with what it takes of the stages that hold this project."""
    file = FILES[image]
    built = {name: folder / name for name in ("metadata", "code")}
    for name, root in built.items():
        build_stage(file, name, root)
    final = StagedFiles(folder / "final")
    final.lay_out(file.final, built=built)
    return final


def write_weights(path: Path) -> None:
    """Weights of MobileNet v1 that fit and know nothing, as fetching leaves them in the cache."""
    from jobs.train.network.base import base_convolutions

    arrays = {"source": np.asarray("a test")}
    channels = 3
    for spec in base_convolutions(1.0):
        outputs = 1 if spec.depthwise else spec.filters
        shape = (spec.kernel_size, spec.kernel_size, channels, outputs)
        arrays[f"{spec.name}/kernel"] = np.zeros(shape, np.float32)
        for part in ("gamma", "beta", "moving_mean", "moving_variance"):
            arrays[f"{spec.name}/{part}"] = np.ones(spec.filters, np.float32)
        channels = spec.filters
    path.parent.mkdir(parents=True)
    np.savez(path, allow_pickle=False, **arrays)
