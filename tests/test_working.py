"""What a layer says that it works in is what it takes, measured; by it runs are admitted."""

import tracemalloc

import numpy as np
import pytest

from app.layers.reading import read_layer
from app.numerics import memory, threads

SPARE = 300_000  # bytes of what is counted for every result beside


@pytest.mark.parametrize("shape", [(3, 37, 41), (3, 256, 200), (16, 400, 500), (64, 60, 57)])
@pytest.mark.parametrize(
    "settings",
    [
        {"type": "conv2d", "out_channels": 8, "kernel_size": 3},
        {"type": "conv2d", "out_channels": 64, "kernel_size": 3, "padding": 1},
        {"type": "conv2d", "out_channels": 1, "kernel_size": 15, "padding": 7},
        {"type": "conv2d", "out_channels": 4, "kernel_size": 31, "padding": 15},
        {"type": "conv2d", "out_channels": 8, "kernel_size": 5, "dilation": 3},
        {"type": "conv2d", "out_channels": 8, "kernel_size": 5, "stride": [2, 3]},
        {"type": "conv2d", "weights": {"init": "preset", "names": ["gaussian", "box"]}},
        {"type": "conv_transpose2d", "out_channels": 8, "kernel_size": 3, "stride": 2},
        {"type": "conv_transpose2d", "out_channels": 64, "kernel_size": [5, 3], "padding": 1},
        {"type": "upsample2d"},
        {"type": "relu"},
        {"type": "relu6"},
        {"type": "zero_pad2d", "padding": [1, 2, 30, 4]},
        {"type": "leaky_relu"},
        {"type": "sigmoid"},
        {"type": "batch_norm2d"},
        {"type": "max_pool2d", "kernel_size": 9, "stride": 1, "padding": 4},
        {"type": "avg_pool2d", "kernel_size": 3, "stride": 1, "padding": 1},
        {"type": "global_avg_pool2d"},
        {"type": "flatten"},
        {"type": "linear", "out_features": 10},
    ],
    ids=str,
)
def test_a_layer_takes_no_more_than_it_says(settings, shape):
    layer = read_layer(settings)
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    weights = layer.weights_for(shape)
    memory.give_back()
    threads.give_back()
    tracemalloc.start()
    try:
        output = layer.forward(x, weights)
        taken = tracemalloc.get_traced_memory()[1] - output.nbytes
    finally:
        tracemalloc.stop()
    assert taken <= layer.working_bytes(shape) + SPARE
