"""What is done to an ONNX model before it is opened: to its weights, to its last layer, and to how long its numbers are.

A processor works on denormal numbers (below 1.2e-38) in microcode, a hundred times slower than on others. Training
leaves many in weights that do nothing: two layers of PP-OCRv6 small's detection hold 255,000, and take two thirds of
its time. As zeros they give the same output, to the bit; a test holds that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import helper, numpy_helper

from digitize.ocr.runtime import float16

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The exponent's bits of a 32 bit float: all of them are 0 in denormal numbers, and in zero itself.
_EXPONENT = np.uint32(0x7F80_0000)
# The versions of the format and of its steps, of 2020, that the model of a product says: any ONNX Runtime of today knows them.
_FORMAT, _STEPS = 7, 13


def flush_denormals(model: onnx.ModelProto) -> int:
    """Set the denormal numbers among a model's 32 bit weights to zero; how many there were.

    Weights in other files, or written one by one, are passed over.
    """
    found = 0
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT and tensor.HasField("raw_data"):
            weights = np.frombuffer(bytearray(tensor.raw_data), np.uint32)
            denormal = (weights & _EXPONENT == 0) & (weights != 0)
            if denormal.any():
                weights[denormal] = 0
                tensor.raw_data = weights.tobytes()
                found += int(denormal.sum())
    return found


@dataclass(frozen=True, slots=True, eq=False)
class LastLayer:
    """What a network that tells classes ends with: their probabilities are softmax(features @ weights + bias).

    `weights` is float32 (features, classes), `bias` float32 (classes,).
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


def take_off_last_layer(model: onnx.ModelProto) -> LastLayer | None:
    """Let a model give features in place of its classes' probabilities, and return the layer that tells these.

    Returns:
        None where the model ends otherwise; then it stays as it is.
    """
    graph = model.graph
    tail = _tail(graph) if len(graph.output) == 1 else []
    _softmax, add, product = [node for node in tail if node.op_type != "Identity"] or (None, None, None)
    if not (add and product):
        return None
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    weights, bias = (next((tensors[name] for name in node.input if name in tensors), None) for node in (product, add))
    if not (weights and bias) or product.input[1] != weights.name or weights.dims[1:] != bias.dims:
        return None
    layer = LastLayer(*(np.array(numpy_helper.to_array(each), np.float32) for each in (weights, bias)))
    features = helper.make_tensor_value_info(product.input[0], onnx.TensorProto.FLOAT, None)
    for each in tail:
        graph.node.remove(each)
    for tensor in (weights, bias):
        graph.initializer.remove(tensor)
    del graph.output[:]
    graph.output.append(features)
    return layer


def give_best_classes(model: onnx.ModelProto) -> None:
    """Let a model whose output are the probabilities of classes, along its last axis, give the highest ones and which they are.

    A page's probabilities of 18,710 classes are a gigabyte, which would have to come back from the GPU.
    """
    graph = model.graph
    (probabilities,) = graph.output
    one = numpy_helper.from_array(np.array([1], np.int64), "best_count")
    graph.initializer.append(one)
    graph.node.append(helper.make_node("TopK", [probabilities.name, one.name], ["best", "best_class"], axis=-1))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("best", onnx.TensorProto.FLOAT, None))
    graph.output.append(helper.make_tensor_value_info("best_class", onnx.TensorProto.INT64, None))


def in_half_precision(model: onnx.ModelProto) -> onnx.ModelProto:
    """A model whose numbers have 16 bits (float16), but for its input, its output, and a last layer that tells classes.

    That layer tells characters that look alike: it keeps its 32 bits here as it does in `half.py`.
    """
    tail = _tail(model.graph)
    for number, node in enumerate(tail):
        node.name = node.name or f"last_{number}"
    halved = float16().convert_float_to_float16(model, keep_io_types=True, node_block_list=[node.name for node in tail])
    assert isinstance(halved, onnx.ModelProto)  # noqa: S101 - it has no types
    return halved


def _tail(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """The steps of a last layer, from the softmax that gives the output back to the product; none where it ends otherwise."""
    givers = {output: node for node in graph.node for output in node.output}
    tail: list[onnx.NodeProto] = []
    wanted = ["Softmax", "Add", "MatMul"]
    names = [graph.output[0].name]
    while wanted:
        giver = next((givers[name] for name in names if name in givers), None)
        if giver is None or giver.op_type not in (wanted[0], "Identity"):
            return []
        tail.append(giver)
        names = list(giver.input)
        if giver.op_type == wanted[0]:
            del wanted[0]
    return tail


def product_model() -> bytes:
    """An ONNX model of one step: the product of two matrices of 32 bit floats, `a` and `b`."""
    a, b, product = (helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in ("a", "b", "product"))
    graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["product"])], "product", [a, b], [product])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _STEPS)], ir_version=_FORMAT)
    return bytes(model.SerializeToString())
