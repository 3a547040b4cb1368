"""What is done to an ONNX file before it is opened: denormal weights become zero, a last layer is taken off.

A processor works on denormal numbers (below 1.2e-38) in microcode, a hundred times slower than on others. Training
leaves many in weights that do nothing: two layers of PP-OCRv6 small's detection hold 255,000, and take two thirds of
its time. As zeros they give the same output, to the bit; a test holds that.

The file is read as Protocol Buffers (https://protobuf.dev/programming-guides/encoding/), by the numbers that onnx.proto
gives to fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

# ModelProto.graph; GraphProto.node, name, initializer, input and output; ValueInfoProto.name;
# NodeProto.input, output and op_type; TensorProto.dims, data_type, name and raw_data.
_GRAPH, _NODE, _GRAPH_NAME, _INITIALIZER, _INPUT, _OUTPUT, _VALUE_NAME = 7, 1, 2, 5, 11, 12, 1
_NODE_INPUT, _NODE_OUTPUT, _NODE_KIND = 1, 2, 4
_DIMENSION, _DATA_TYPE, _TENSOR_NAME, _RAW_DATA = 1, 2, 8, 9
_FLOAT = 1  # TensorProto.DataType.FLOAT
# ValueInfoProto.type, of floats in any shape: TypeProto.tensor_type with TensorTypeProto.elem_type.
_OF_FLOATS = b"\x12\x04\x0a\x02\x08\x01"
# ModelProto.ir_version 7 and opset_import of version 13, of 2020: any ONNX Runtime of today opens them.
_VERSIONS = b"\x08\x07" + b"\x42\x02\x10\x0d"
# How a field is written, in the low bits of its tag, and how many bytes those of fixed length take.
_VARINT, _BYTES = 0, 2
_FIXED = {1: 8, 5: 4}

# The exponent's bits of a 32 bit float: all of them are 0 in denormal numbers, and in zero itself.
_EXPONENT = np.uint32(0x7F80_0000)


def flush_denormals(model: bytearray) -> int:
    """Set the denormal numbers among an ONNX model's 32 bit weights to zero, in place; how many there were.

    Raises:
        IndexError, ValueError: these are not the bytes of an ONNX model.
    """
    found = 0
    for tensor in _tensors(model):
        weights = tensor.numbers.view(np.uint32)
        denormal = (weights & _EXPONENT == 0) & (weights != 0)
        found += int(denormal.sum())
        weights[denormal] = 0
    return found


@dataclass(frozen=True, slots=True, eq=False)
class LastLayer:
    """What a network that tells classes ends with: their probabilities are softmax(features @ weights + bias).

    `weights` is float32 (features, classes), `bias` float32 (classes,).
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


def take_off_last_layer(model: bytearray) -> tuple[bytes, LastLayer] | None:
    """An ONNX model that gives features in place of its classes' probabilities, and the layer that tells these.

    Returns:
        None where the model ends otherwise.

    Raises:
        IndexError, ValueError: these are not the bytes of an ONNX model.
    """
    outputs = list(_of_graph(model, _OUTPUT))
    names = [_text(model, output, _VALUE_NAME) for output in outputs]
    tail = _tail([_node(model, field) for field in _of_graph(model, _NODE)], names[0] if len(names) == 1 else "")
    _softmax, add, product = [node for node in tail if node.kind != "Identity"] or (None, None, None)
    if not (add and product):
        return None
    tensors = {tensor.name: tensor for tensor in _tensors(model)}
    weights, bias = (next((tensors[name] for name in node.inputs if name in tensors), None) for node in (product, add))
    if not (weights and bias) or product.inputs[1] != weights.name or weights.shape[1:] != bias.shape:
        return None
    features = product.inputs[0].encode()
    dropped = [*(node.field for node in tail), weights.field, bias.field, *outputs]
    output = _written(_OUTPUT, _written(_VALUE_NAME, features) + _OF_FLOATS)
    layer = LastLayer(weights.numbers.reshape(weights.shape).copy(), bias.numbers.copy())
    return _without(model, dropped, output), layer


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a Protocol Buffers message: its number, where it begins, and its value, or where its bytes stand."""

    number: int
    first: int
    value: int = 0
    start: int = 0
    stop: int = 0


@dataclass(frozen=True, slots=True)
class _Node:
    """A step of the graph: its kind, the names of what it takes and of what it gives."""

    field: _Field
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Tensor:
    """Weights of 32 bits: their name and shape, and the numbers where they stand in the file, float32 (n,)."""

    field: _Field
    name: str
    shape: tuple[int, ...]
    numbers: NDArray[np.float32]


def _tail(nodes: Sequence[_Node], name: str) -> list[_Node]:
    """The steps of a last layer, from the softmax that gives `name` back to the product; none where it is something else."""
    givers = {output: node for node in nodes for output in node.outputs}
    tail: list[_Node] = []
    wanted = ["Softmax", "Add", "MatMul"]
    while wanted:
        giver = next((givers[each] for each in ((name,) if not tail else tail[-1].inputs) if each in givers), None)
        if giver is None or giver.kind not in (wanted[0], "Identity"):
            return []
        tail.append(giver)
        if giver.kind == wanted[0]:
            del wanted[0]
    return tail


def _of_graph(model: bytearray, number: int) -> Iterator[_Field]:
    """The fields of a model's graph that have that number."""
    for graph in _fields(model, 0, len(model)):
        if graph.number == _GRAPH:
            yield from (field for field in _fields(model, graph.start, graph.stop) if field.number == number)


def _node(model: bytearray, field: _Field) -> _Node:
    inputs, outputs = (tuple(_texts(model, field, number)) for number in (_NODE_INPUT, _NODE_OUTPUT))
    return _Node(field, _text(model, field, _NODE_KIND), inputs, outputs)


def _tensors(model: bytearray) -> Iterator[_Tensor]:
    """The weights of 32 bits; those in other files, or written one by one, are passed over."""
    for field in _of_graph(model, _INITIALIZER):
        fields = list(_fields(model, field.start, field.stop))
        parts = {part.number: part for part in fields}
        if _RAW_DATA in parts and _DATA_TYPE in parts and parts[_DATA_TYPE].value == _FLOAT:
            raw = parts[_RAW_DATA]
            numbers = np.frombuffer(model, np.float32, (raw.stop - raw.start) // 4, raw.start)
            shape = tuple(part.value for part in fields if part.number == _DIMENSION)
            yield _Tensor(field, _text(model, field, _TENSOR_NAME), shape, numbers)


def _texts(model: bytearray, message: _Field, number: int) -> Iterator[str]:
    """The texts in the fields of a message that have that number."""
    for field in _fields(model, message.start, message.stop):
        if field.number == number:
            yield model[field.start : field.stop].decode()


def _text(model: bytearray, message: _Field, number: int) -> str:
    return next(_texts(model, message, number), "")


def _without(model: bytearray, dropped: Sequence[_Field], added: bytes) -> bytes:
    """A model with some fields of its graph left out, and one added at the graph's end."""
    graph = next(field for field in _fields(model, 0, len(model)) if field.number == _GRAPH)
    parts, at = [], graph.start
    for field in sorted(dropped, key=lambda each: each.first):
        parts.append(model[at : field.first])
        at = field.stop
    kept = b"".join([*parts, model[at : graph.stop], added])
    return bytes(model[: graph.first]) + _written(_GRAPH, kept) + bytes(model[graph.stop :])


def _fields(message: bytearray, start: int, stop: int) -> Iterator[_Field]:
    """The fields of a message that takes these bytes."""
    at = start
    while at < stop:
        first = at
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield _Field(number, first, value=value)
        elif kind == _BYTES:
            length, at = _varint(message, at)
            if at + length > stop:
                raise ValueError("a field ends behind its message")
            yield _Field(number, first, start=at, stop=at + length)
            at += length
        elif kind in _FIXED:
            at += _FIXED[kind]
        else:
            raise ValueError(f"there is no field of kind {kind}")


def _varint(message: bytearray, at: int) -> tuple[int, int]:
    """A whole number of seven bits a byte, lowest first, and where the next value begins."""
    value = shift = 0
    while message[at] & 0x80:
        value |= (message[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return value | message[at] << shift, at + 1


def product_model() -> bytes:
    """An ONNX model of one step: the product of two matrices of 32 bit floats, `a` and `b`."""
    node = b"".join([_written(_NODE_INPUT, b"a"), _written(_NODE_INPUT, b"b"), _written(_NODE_OUTPUT, b"product")])
    values = [(_INPUT, b"a"), (_INPUT, b"b"), (_OUTPUT, b"product")]
    graph = [
        _written(_NODE, node + _written(_NODE_KIND, b"MatMul")),
        _written(_GRAPH_NAME, b"product"),
        *(_written(number, _written(_VALUE_NAME, name) + _OF_FLOATS) for number, name in values),
    ]
    return _VERSIONS + _written(_GRAPH, b"".join(graph))


def _written(number: int, content: bytes) -> bytes:
    """A field of bytes: its tag, how many there are, and they."""
    length, tag = len(content), bytes([number << 3 | _BYTES])
    digits = []
    while length > 0x7F:  # noqa: PLR2004 - what seven bits hold
        digits.append(length & 0x7F | 0x80)
        length >>= 7
    return tag + bytes([*digits, length]) + content
