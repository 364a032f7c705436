"""The naive path: FastAPI, Pillow's full decode, Keras' predict, as first written by many.

python -m bench.gateway.naive SAVED_MODEL PORT
"""

import io
import sys
from typing import Any

import keras
import numpy as np
import uvicorn
from fastapi import FastAPI, Request
from PIL import Image, ImageOps


def create_app(saved_model: str) -> FastAPI:
    """One route that answers the four outputs of the graph as lists."""
    model: Any = keras.Sequential([keras.layers.TFSMLayer(saved_model, call_endpoint="serving_default")])
    layer: Any = model.layers[0]
    size = int(
        layer.reloaded_obj.signatures["serving_default"].structured_input_signature[1]["image"].shape[1]
    )
    model.predict(np.zeros((1, size, size, 3), np.uint8), verbose=0)
    app = FastAPI()

    @app.get("/readyz")
    async def ready() -> str:
        return "ok"

    @app.post("/detect")
    async def detect(request: Request) -> dict[str, Any]:
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(await request.body())).convert("RGB"))
        square = image.resize((size, size), Image.Resampling.BILINEAR)
        outputs = model.predict(np.asarray(square)[np.newaxis], verbose=0)
        return {name: values[0].tolist() for name, values in outputs.items()}

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(sys.argv[1]), port=int(sys.argv[2]), log_level="warning")
