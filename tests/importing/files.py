"""ONNX files made by hand, and what ONNX Runtime computes with them: the witness of what is read from them."""

from functools import reduce

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

SHAPE = (3, 10, 9)  # oblong


def array(*shape, seed=1):
    return (np.random.default_rng(seed + sum(shape)).normal(size=shape) * 0.4).astype(np.float32)


PICTURE = array(*SHAPE, seed=7) + np.float32(0.2)


def node(operator, *inputs, to, name="", **settings):
    return helper.make_node(operator, list(inputs), to.split(), name=name, **settings)


def chain(*nodes):
    """Return nodes one after the other, each (operator, further inputs, settings): from x to y."""
    names = ["x", *(f"n{number}" for number in range(1, len(nodes))), "y"]
    return [
        node(operator, names[at], *(each for each in inputs), to=names[at + 1], **settings)
        for at, (operator, inputs, settings) in enumerate(nodes)
    ]


def model(nodes, arrays=None, *, opset=17, shape=(1, *SHAPE), kind=TensorProto.FLOAT, output="y"):
    """Return an ONNX model from x to y."""
    ends = [helper.make_tensor_value_info("x", kind, shape)], [helper.make_tensor_value_info(output, kind, None)]
    constants = [numpy_helper.from_array(np.asarray(value), name) for name, value in (arrays or {}).items()]
    graph = helper.make_graph(nodes, "network", *ends, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=4 if opset < 11 else 9)


def told_by_onnxruntime(data, x):
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 3, 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x[None]})[0][0]


def computed(layers, x):
    """Return what layers make of a picture, each asked for itself."""
    outputs = {-1: x}
    for index, layer in enumerate(layers):
        read = [outputs[at] for at in layer.reads(index)]
        outputs[index] = layer.compute(read, layer.weights_for(read[0].shape) if layer.learned else {})
    return outputs[len(layers) - 1]


def bytes_of(proto):
    return proto.SerializeToString() if isinstance(proto, onnx.ModelProto) else proto


def varint(number):
    digits = []
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    return bytes([*digits, number])


def field(number, content):
    """Return a field of bytes, as it stands on the wire."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def inside(*numbers):
    """Return a function that puts bytes into fields in each other, the outermost first."""
    return lambda content: reduce(lambda within, number: field(number, within), reversed(numbers), content)
