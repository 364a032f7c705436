"""A minimal, fair LitServe service: the bare loop's steps, one worker a core, one thread each.

Runs in LitServe's own environment, so nothing of this project is imported: litserve_service.py FILE.tflite PORT
"""

import io
import os
import sys
from typing import Any

import litserve
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from fastapi import Request
from PIL import Image


class Detector(litserve.LitAPI):
    """Takes a form with the field `image`, answers the outputs as lists."""

    def setup(self, device: str) -> None:
        self._interpreter = Interpreter(model_path=sys.argv[1], num_threads=1)
        self._interpreter.allocate_tensors()
        (self._input,) = self._interpreter.get_input_details()
        self._outputs = [output["index"] for output in self._interpreter.get_output_details()]
        self._size = int(self._input["shape"][1])

    # LitServe reads the annotation: of any other type it would ask for a query parameter.
    def decode_request(self, request: Request) -> Any:
        image = Image.open(io.BytesIO(request["image"].file.read()))
        image.draft("RGB", (2 * self._size, 2 * self._size))
        square = image.convert("RGB").resize((self._size, self._size), Image.Resampling.BILINEAR)
        return np.asarray(square)[np.newaxis].astype(self._input["dtype"])

    def predict(self, pixels: Any) -> Any:
        self._interpreter.set_tensor(self._input["index"], pixels)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._outputs]

    def encode_response(self, outputs: Any) -> Any:
        return {"outputs": [values.tolist() for values in outputs]}


if __name__ == "__main__":
    workers = len(os.sched_getaffinity(0))
    server = litserve.LitServer(Detector(), accelerator="cpu", workers_per_device=workers)
    server.run(host="127.0.0.1", port=int(sys.argv[2]), generate_client_file=False, log_level="warning")
