"""A call of PyTorch's is told with our line for it, and the line can be read."""

import pytest

from app.errors import RecipeMistake
from app.layers import LAYERS
from app.pipeline.recipe import read, write

SEQUENCE = (
    "nn.Sequential(nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2, 2), nn.Flatten(), nn.Linear(400, 10), nn.Softmax(1))"
)


def told(text: str) -> RecipeMistake:
    with pytest.raises(RecipeMistake) as raised:
        read(text)
    return raised.value


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("nn.Conv2d(3, 6, 5)", "conv2d(6, 5)"),
        ("Conv2d(channels, 16, (3, 5), 1, 'same', bias=False)", 'conv2d(16, (3, 5), padding="same", bias=False)'),
        (
            "torch.nn.Conv2d(3, 8, kernel_size=3, padding=1, padding_mode='reflect', groups=1)",
            'conv2d(8, 3, padding=1, padding_mode="reflect")',
        ),
        ("nn.Conv2d(3, 8, 3, 1, 2, 2)", "conv2d(8, 3, padding=2, dilation=2)"),
        ("nn.ConvTranspose2d(8, 3, 4, 2, 1, 1)", "conv_transpose2d(3, 4, 2, 1, output_padding=1)"),
        ("nn.MaxPool2d(2)", "max_pool2d(2)"),
        ("torch.nn.MaxPool2d(3, 2, 1, 2, False, True)", "max_pool2d(3, 2, padding=1, ceil_mode=True, dilation=2)"),
        (
            "nn.AvgPool2d(3, 2, 1, True, False, 4)",
            "avg_pool2d(3, 2, padding=1, ceil_mode=True, count_include_pad=False, divisor_override=4)",
        ),
        ("F.relu", "relu"),
        ("F.relu(x)", "relu"),
        ("torch.nn.functional.max_pool2d(x, 3, stride=2)", "max_pool2d(3, 2)"),
        ("F.leaky_relu(x, 0.2)", "leaky_relu(negative_slope=0.2)"),
        ("nn.LeakyReLU(0.2)", "leaky_relu(negative_slope=0.2)"),
        ("nn.Linear(400, 10, False)", "linear(10, bias=False)"),
        ("nn.BatchNorm2d(6, 0.001)", "batch_norm2d(eps=0.001)"),
        ("nn.Dropout(0.5)", "dropout"),
        ("nn.Softmax(dim=1)", "softmax"),
        ("torch.flatten(x, 1)", "flatten"),
        ("nn.AdaptiveAvgPool2d((1, 1))", "global_avg_pool2d"),
        ("nn.Upsample(scale_factor=3)", "upsample2d(3)"),
        ("F.interpolate(x, scale_factor=(2, 3))", "upsample2d((2, 3))"),
        ("nn.ZeroPad2d((1, 0, 2, 3))", "zero_pad2d([2, 3, 1, 0])"),
        (SEQUENCE, "conv2d(6, 5) | relu | max_pool2d(2) | flatten | linear(10) | softmax"),
    ],
)
def test_a_call_of_pytorch_s_is_told_with_our_line_for_it(theirs, ours):
    mistake = told(f"relu | {theirs}")
    name = theirs.partition("(")[0]
    assert str(mistake) == f"Column 8: {name} is PyTorch's call; in a recipe it is {ours}."
    assert write(read(ours)) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("nn.Conv2d(3, n, 5)", "conv2d(out_channels, kernel_size, stride, padding)"),
        ("nn.Conv2d(3, 6, 5, padding_mode='none')", "conv2d(out_channels, kernel_size, stride, padding)"),
        ("F.linear(x, weight, bias)", "linear(out_features, bias)"),
        ("torch.cat([a, b], 1)", "concat(inputs=[…])"),
        ("torch.add(a, b)", "add(inputs=[…])"),
    ],
)
def test_where_its_numbers_are_not_known_our_form_is_given(theirs, ours):
    assert str(told(theirs)).endswith(f"in a recipe it is {ours}.")


@pytest.mark.parametrize(
    "other", ["nn.GELU()", "nn.AdaptiveAvgPool2d(7)", "nn.Upsample(scale_factor=2, mode='bilinear')", "os.system('x')"]
)
def test_what_we_do_not_have_is_not_translated(other):
    assert "the name of a layer is needed" in str(told(other))


def test_what_is_missing_of_a_sequence_is_named():
    text = "nn.Sequential(nn.Conv2d(3, 6, 5), nn.GELU(), nn.Sequential(nn.Tanh(), nn.Softplus()))"
    assert str(told(text)).endswith(
        "Without nn.GELU, nn.Softplus, for which there is no layer here, it is conv2d(6, 5) | tanh in a recipe."
    )


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("Conv2D(6, 5)", "conv2d"), ("maxpool2d(2)", "max_pool2d"), ("avg_pool(2)", "avg_pool2d"), ("rleu", "relu"),
     ("conv2d(6, 5, weights=randon(7))", "random"), ("softmx", "softmax"), ("LeakyRelu", "leaky_relu")],
)  # fmt: skip
def test_a_misspelt_name_is_told_with_the_nearest(text, nearest):
    assert str(told(text)).endswith(f"did you mean {nearest}?")


def test_every_layer_but_the_joining_ones_says_what_pytorch_calls_it():
    assert [kind for kind, layer in LAYERS.items() if not layer.in_torch] == ["add", "concat"]
