"""int8 weights for the convolutions, which multiply in int8 and hand on floats; the rest stays in float."""

import re
from collections.abc import Sequence
from typing import Any

from jobs.train.export.graph import NETWORK_SCOPE
from jobs.train.quiet_tensorflow import quiet_conversion

_OPS = ("CONV_2D", "FULLY_CONNECTED")
"""Depthwise convolutions stay in float: they are 1% of the weights, and slower in this form than in float."""


def quantize_int8(float32: bytes, *, last_layers: Sequence[str]) -> bytes:
    """The float32 .tflite file with int8 weights; float32 inputs and outputs of the same names.

    The range of each activation is taken from the photo at hand ("dynamic range"), not fixed beforehand: ranges
    fixed on the training photos cost 2 points of AP, two thirds of it in the head, where values are not bounded (see
    docs/training.md). `last_layers` are the names of the layers whose outputs are decoded; they are small, and
    stay in float.

    Raises:
        ExportError: the quantizer refused the file.
    """
    with quiet_conversion("Quantizing to int8"):
        # imported late: it brings jax, which takes seconds
        from litert_quantizer import quantizer as litert

        quantizer = litert.Quantizer(bytearray(float32), _recipe(last_layers))
        result = quantizer.quantize(enable_progress_report=False, enable_progress_bar=False)
    return bytes(result.quantized_model)


def _recipe(last_layers: Sequence[str]) -> Any:
    from litert_quantizer import recipe_manager
    from litert_quantizer.qtyping import TFLOperationName

    recipe = recipe_manager.RecipeManager()
    for op in _OPS:
        recipe.add_dynamic_config(f"{NETWORK_SCOPE}/", TFLOperationName(op), num_bits=8)
    for name in last_layers:
        recipe.add_quantization_config(
            f"/{re.escape(name)}/",
            TFLOperationName.ALL_SUPPORTED,
            algorithm_key=recipe_manager.AlgorithmName.NO_QUANTIZE,
        )
    return recipe.get_quantization_recipe()
