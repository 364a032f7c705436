"""The whole detector as one frozen graph: every exported kind but the layers model is a form of it."""

from dataclasses import dataclass
from typing import Any

import tensorflow as tf
import tf_keras as keras
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from detector.detections import OUTPUT_NAMES
from detector.errors import ExportError
from jobs.train.network.network import Network
from jobs.train.quiet_tensorflow import quiet_conversion

NETWORK_SCOPE = "network"
"""Name scope of everything up to the raw outputs: what is converted to fewer bits."""

DECODE_SCOPE = "decode"
"""Name scope of box decoding and non-maximum suppression: what stays in float32."""

_VARIABLE_OPS = frozenset({"VarHandleOp", "ReadVariableOp", "VariableV2", "Variable", "AssignVariableOp"})


@dataclass(frozen=True, slots=True)
class DetectionGraph:
    """`function` maps float32 0..255 `[B, S, S, 3]` to the four outputs in order; it holds constants only."""

    function: Any
    size: int
    labels: tuple[str, ...]

    @property
    def graph_def(self) -> Any:
        """The graph with its input node `image` and output nodes called by the contract's names."""
        return self.function.graph.as_graph_def()


def freeze_detector(network: Network, folded: keras.Model, *, batch: int | None = None) -> DetectionGraph:
    """Freeze `folded` (see `fold_network`) with the decoding behind it; `batch` None leaves it free.

    Raises:
        ExportError: variables or numbers that are not finite are left in the graph.
    """

    def detect(image: tf.Tensor) -> tuple[tf.Tensor, ...]:
        with tf.name_scope(NETWORK_SCOPE):
            raw = folded(image, training=False)
        with tf.name_scope(DECODE_SCOPE):
            outputs = network.decode(raw)
        return tuple(tf.identity(x, name=name) for x, name in zip(outputs, OUTPUT_NAMES, strict=True))

    signature = tf.TensorSpec((batch, network.size, network.size, 3), tf.float32, name="image")
    with quiet_conversion("Freezing the detector's graph"):
        concrete = tf.function(detect).get_concrete_function(signature)
        frozen = convert_variables_to_constants_v2(concrete)
    graph = DetectionGraph(frozen, network.size, network.labels)
    _check_frozen(graph)
    return graph


def _check_frozen(graph: DetectionGraph) -> None:
    definition = graph.graph_def
    nodes = [*definition.node, *(node for body in definition.library.function for node in body.node_def)]
    left = sorted({node.op for node in nodes if node.op in _VARIABLE_OPS})
    if left:
        raise ExportError(
            f"The frozen graph still holds variables ({', '.join(left)}); nothing was published."
        )
    for node in nodes:
        value = node.attr["value"].tensor if node.op == "Const" else None
        if value is not None and value.dtype == tf.float32.as_datatype_enum:
            _check_finite(node.name, value)


def _check_finite(name: str, value: Any) -> None:
    if not bool(tf.reduce_all(tf.math.is_finite(tf.make_ndarray(value)))):
        raise ExportError(
            f"The trained weights hold numbers that are not finite ({name}): the training diverged. Nothing "
            "was published; train again with a lower learning rate."
        )
