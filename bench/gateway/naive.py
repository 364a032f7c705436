"""The naive path: FastAPI, Pillow's full decode, Keras' predict, as first written by many.

python -m bench.gateway.naive SAVED_MODEL SIZE PORT
"""

import io
import sys
from typing import Any

import keras
import numpy as np
import uvicorn
from fastapi import FastAPI, Request
from PIL import Image, ImageOps


def create_app(saved_model: str, size: int) -> FastAPI:
    """One route that answers the four outputs of the graph as lists."""
    pixels = keras.Input((size, size, 3), dtype="uint8")
    layer = keras.layers.TFSMLayer(saved_model, call_endpoint="serving_default")
    model: Any = keras.Model(pixels, layer(pixels))
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
    uvicorn.run(create_app(sys.argv[1], int(sys.argv[2])), port=int(sys.argv[3]), log_level="warning")
