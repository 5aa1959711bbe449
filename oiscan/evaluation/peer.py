"""A plain network of the cost of a published one, to time beside ours: random weights, timing only.

The cost is that of VerteNet (24.2 M parameters, 149 GFLOP for 3 x 1024 x 512), counted as two operations a
multiplication: an encoder and a decoder of 3 x 3 convolutions, two a level, with skips.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from oiscan.errors import ConfigError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

INPUT_SHAPE = (1, 3, 1024, 512)
STEM = 32
CHANNELS = (52, 104, 208, 404, 540, 380)
"""Of each level; the first works at half the size of the picture."""

OUTPUTS = 4


@dataclass
class _Builder:
    """Adds layers to a graph, and counts what they cost."""

    nodes: list[Any] = field(default_factory=list)
    weights: list[Any] = field(default_factory=list)
    parameters: int = 0
    operations: int = 0

    def convolution(self, given: str, shape: tuple[int, int, int], channels: int, side: int = 3) -> str:
        """Convolve (channels, height, width) and cut off below 0; gives the name of what comes out."""
        from onnx import helper, numpy_helper

        rng, name = np.random.default_rng(len(self.nodes)), f"layer{len(self.nodes)}"
        kernel = rng.normal(0, (2 / (shape[0] * side**2)) ** 0.5, (channels, shape[0], side, side)).astype(np.float32)
        self.weights.append(numpy_helper.from_array(kernel, f"{name}.weight"))
        pads = [side // 2] * 4
        self.nodes.append(helper.make_node("Conv", [given, f"{name}.weight"], [f"{name}.raw"], pads=pads))
        self.nodes.append(helper.make_node("Relu", [f"{name}.raw"], [name]))
        self.parameters += kernel.size
        self.operations += 2 * kernel.size * shape[1] * shape[2]
        return name

    def apply(self, kind: str, given: list[str], **attributes: Any) -> str:
        """A layer without weights of its own."""
        from onnx import helper

        name = f"layer{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, given, [name], **attributes))
        return name


def peer_session() -> tuple[InferenceSession, dict[str, float]]:
    """The network on one thread, and its cost: millions of parameters, GFLOP a picture.

    Raises
    ------
    ConfigError
        onnx is not installed.
    """
    try:
        import onnx
    except ImportError as error:
        raise ConfigError('the peer is built with onnx: pip install "oiscan[train]"') from error
    import onnxruntime

    from oiscan.segmentation.model import one_thread

    builder = _Builder()
    last = _layers(builder)
    number = onnx.TensorProto.FLOAT
    ends = [("image", INPUT_SHAPE), (last, None)]
    values = [onnx.helper.make_tensor_value_info(name, number, shape) for name, shape in ends]
    graph = onnx.helper.make_graph(builder.nodes, "peer", values[:1], values[1:], builder.weights)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), one_thread(), ["CPUExecutionProvider"])
    return session, {"parameters_million": builder.parameters / 1e6, "gflop": builder.operations / 1e9}


def _layers(builder: _Builder) -> str:
    from onnx import numpy_helper

    builder.weights.append(numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "twice"))
    height, width = INPUT_SHAPE[2] // 2, INPUT_SHAPE[3] // 2
    name = builder.apply("AveragePool", ["image"], kernel_shape=[2, 2], strides=[2, 2])
    name, channels = builder.convolution(name, (INPUT_SHAPE[1], height, width), STEM), STEM
    skips = []
    for level, wide in enumerate(CHANNELS):
        if level:
            name = builder.apply("MaxPool", [name], kernel_shape=[2, 2], strides=[2, 2])
            height, width = height // 2, width // 2
        name = builder.convolution(name, (channels, height, width), wide)
        name, channels = builder.convolution(name, (wide, height, width), wide), wide
        skips.append(name)
    for wide, skip in zip(CHANNELS[-2::-1], skips[-2::-1], strict=True):
        height, width = height * 2, width * 2
        larger = builder.apply("Resize", [name, "", "twice"], mode="nearest")
        name = builder.apply("Concat", [larger, skip], axis=1)
        name = builder.convolution(name, (channels + wide, height, width), wide)
        name, channels = builder.convolution(name, (wide, height, width), wide), wide
    return builder.convolution(name, (channels, height, width), OUTPUTS, side=1)
