"""Biases of channels spread over a picture, a length that is a scalar for a while, the smallest along axes.

The outputs are NumPy's in 64 bits, of weights of 32.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(5)
kernel = random.normal(size=(48, 2, 1, 1)).astype(np.float32)
bias = random.normal(size=(1, 48, 1, 1)).astype(np.float32)


def constant(name, values, kind=np.int64):
    return numpy_helper.from_array(np.array(values, kind), name)


nodes = [
    helper.make_node("Conv", ["x", "kernel"], ["moved"], name="conv"),
    helper.make_node("Add", ["moved", "bias"], ["shifted"], name="bias"),
    helper.make_node("ReduceMin", ["shifted", "picture"], ["least"], name="least", keepdims=0),
    helper.make_node("Shape", ["least"], ["shape"], name="shape"),
    helper.make_node("Slice", ["shape", "zero", "one"], ["samples"], name="samples"),
    helper.make_node("Reshape", ["samples", "none"], ["scalar"], name="scalar"),
    helper.make_node("Unsqueeze", ["scalar", "zero"], ["listed"], name="listed"),
    helper.make_node("Concat", ["listed", "six", "eight"], ["target"], name="target", axis=0),
    helper.make_node("Reshape", ["least", "target"], ["groups"], name="groups"),
    helper.make_node("ReduceMin", ["groups", "last"], ["outputs"], name="groups_least", keepdims=0),
]
weights = [
    numpy_helper.from_array(kernel, "kernel"), numpy_helper.from_array(bias, "bias"), constant("picture", [2, 3]),
    constant("zero", [0]), constant("one", [1]), constant("none", []), constant("six", [6]), constant("eight", [8]),
    constant("last", [-1]),
]
value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
graph = helper.make_graph(nodes, "spread", [value("x", ["n", 2, 40, 40])], [value("outputs", ["n", 6])], weights)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, "spread.onnx")

inputs = random.normal(size=(3, 2 * 40 * 40)).astype(np.float32)
pictures = inputs.astype(np.float64).reshape(3, 2, 40, 40)
shifted = np.einsum("oi,nihw->nohw", kernel[:, :, 0, 0].astype(np.float64), pictures) + bias.astype(np.float64)
outputs = shifted.min(axis=(2, 3)).reshape(3, 6, 8).min(axis=-1)
np.savez_compressed("spread.npz", inputs=inputs, outputs=outputs)
