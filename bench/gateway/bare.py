"""The bare loop: decode, resize, infer with Pillow and LiteRT alone. Nothing of this project runs in it.

python -m bench.gateway.bare FILE.tflite PHOTO SECONDS     # prints how many photos a process does
"""

import io
import sys
import time
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image


class BareLoop:
    """One interpreter with one thread, as each worker of the gateway has."""

    def __init__(self, tflite: Path) -> None:
        self._interpreter = Interpreter(model_path=str(tflite), num_threads=1)
        self._interpreter.allocate_tensors()
        (self._input,) = self._interpreter.get_input_details()
        self._outputs = [output["index"] for output in self._interpreter.get_output_details()]
        self._size = int(self._input["shape"][1])

    def __call__(self, photo: bytes) -> None:
        """Decode at the smallest scale that keeps twice the size, as the gateway does; run; read the outputs."""
        image = Image.open(io.BytesIO(photo))
        image.draft("RGB", (2 * self._size, 2 * self._size))
        square = image.convert("RGB").resize((self._size, self._size), Image.Resampling.BILINEAR)
        pixels = np.asarray(square)[np.newaxis].astype(self._input["dtype"])
        self._interpreter.set_tensor(self._input["index"], pixels)
        self._interpreter.invoke()
        for index in self._outputs:
            self._interpreter.get_tensor(index)


def main() -> None:
    loop, photo = BareLoop(Path(sys.argv[1])), Path(sys.argv[2]).read_bytes()
    loop(photo)
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.perf_counter() + float(sys.argv[3])
    done = 0
    while time.perf_counter() < end:
        loop(photo)
        done += 1
    print(done)


if __name__ == "__main__":
    main()
