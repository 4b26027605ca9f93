"""The one-line form: it reads back what it writes, and a mistake is told with its column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import RecipeMistake
from app.layers.reading import read_layer
from app.pipeline.recipe import read, write
from tests import pipelines


def mistake(text: str) -> RecipeMistake:
    with pytest.raises(RecipeMistake) as raised:
        read(text)
    return raised.value


@given(st.randoms(use_true_random=True), st.integers(0, 5))
def test_recipe_and_json_say_the_same(chance, count):
    layers = tuple(read_layer(pipelines.layer(chance, shape=(6, 3, 2))) for _ in range(count))
    text = write(layers)
    assert read(text) == layers
    assert write(read(text)) == text
    assert tuple(read_layer(layer.canonical()) for layer in layers) == layers


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("", ""),
        ("  \n ", ""),
        ("relu()", "relu"),
        ("(relu | relu)|relu", "relu | relu | relu"),
        ("conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)",) * 2,
        ("conv2d(out_channels=6, kernel_size=[5, 5], weights=random(seed=7))", "conv2d(6, 5, weights=random(7))"),
        ("conv2d(6, (3, 5), 1, 0)", "conv2d(6, (3, 5))"),
        ("conv2d(6, 5, padding='valid')", "conv2d(6, 5)"),
        ("conv2d(6, 5, 1, 'same')", 'conv2d(6, 5, padding="same")'),
        ("conv2d(6, 5, 2, 1, bias=True, groups=1, dilation=1)", "conv2d(6, 5, 2, 1)"),
        ("conv2d(6, 5, weights=random)", "conv2d(6, 5)"),
        ("conv2d(6, 5, weights=random(0))", "conv2d(6, 5)"),
        ("conv2d(6, 5, bias=False)",) * 2,
        ("max_pool2d(3, 3)", "max_pool2d(3)"),
        ("max_pool2d((2, 2), stride=(1, 2))", "max_pool2d(2, (1, 2))"),
        ("avg_pool2d(2, count_include_pad=False, ceil_mode=True)",
         "avg_pool2d(2, ceil_mode=True, count_include_pad=False)"),
        ("conv2d(weights=preset('sobel_x', \"gaussian\"))", 'conv2d(2, 3, weights=preset("sobel_x", "gaussian"))'),
        ("conv2d(weights=preset('sobel_x', [[0.0, 1]], spread='sum', bias=[0, 0.5]))",
         'conv2d(2, 3, weights=preset("sobel_x", [[0, 1]], spread="sum", bias=[0, 0.5]))'),
        ("conv2d(weights=preset([[[1]], [[2]]], 'box', spread='mean', bias=[0, 0]))",
         'conv2d(2, 3, weights=preset([[[1]], [[2]]], "box"))'),
        ("conv2d(weights=preset('warm', bias=[-0.25]))", 'conv2d(1, 5, weights=preset("warm"))'),
        ("conv2d(weights=preset('warm', bias=[0]))", 'conv2d(1, 5, weights=preset("warm", bias=[0]))'),
        ("conv2d(weights=values([[[[1, -0.5], [0.1, 2]]]], [3]))",
         "conv2d(1, 2, weights=values([[[[1, -0.5], [0.1, 2]]]], [3]))"),
        ("conv2d(weights=values(weight=[[[[1.0]]], [[[-0.0]]]], bias=[0, 0]))",
         "conv2d(2, 1, weights=values([[[[1]]], [[[0]]]]))"),
        ("conv2d(weights=values([[[[1]]], [[[2]]]], [1, 2]))",
         "conv2d(2, 1, weights=values([[[[1]]], [[[2]]]], [1, 2]))"),
        ("leaky_relu(negative_slope=0.2) | leaky_relu(negative_slope=0.01)",
         "leaky_relu(negative_slope=0.2) | leaky_relu"),
        ("zero_pad2d(1) | zero_pad2d(padding=(2, 2))", "zero_pad2d(1) | zero_pad2d(2)"),
        ("zero_pad2d((1, 2)) | zero_pad2d((0, 1, 2, 3))", "zero_pad2d((1, 2)) | zero_pad2d([0, 1, 2, 3])"),
        ("zero_pad2d([3, 3, 3, 3]) | zero_pad2d((1, 1, 0, 0))", "zero_pad2d(3) | zero_pad2d((1, 0))"),
        ("flatten | linear(out_features=10) | softmax()", "flatten | linear(10) | softmax"),
        ("linear(10, bias=False, weights=random(3))",) * 2,
        ("linear(10, False) | leaky_relu(0.1)", "linear(10, bias=False) | leaky_relu(negative_slope=0.1)"),
        ("max_pool2d(3, 2, 1) | avg_pool2d(4, 4, (0, 2))",
         "max_pool2d(3, 2, padding=1) | avg_pool2d(4, padding=(0, 2))"),
        ("max_pool2d(3, 2, 1, dilation=(2, 2)) | max_pool2d(2, dilation=[1, 2], ceil_mode=True)",
         "max_pool2d(3, 2, padding=1, dilation=2) | max_pool2d(2, ceil_mode=True, dilation=(1, 2))"),
        ("avg_pool2d(3, 1, 1, divisor_override=4) | avg_pool2d(2)",
         "avg_pool2d(3, 1, padding=1, divisor_override=4) | avg_pool2d(2)"),
        ("linear(weights=values([[1, 2], [3, 4]], [0, 0]))", "linear(2, weights=values([[1, 2], [3, 4]]))"),
        ("linear(weights=values([[1, 2], [3, 4]], (5, 6)))", "linear(2, weights=values([[1, 2], [3, 4]], [5, 6]))"),
        ("global_avg_pool2d() | batch_norm2d(eps=1e-5)", "global_avg_pool2d | batch_norm2d"),
        ("batch_norm2d(eps=0.001, weights=values([1, 2], [3, 4], [5, 6], [7, 8]))",) * 2,
        ("batch_norm2d(weights=values(bias=[1, 2], running_var=[1, 1]))",
         "batch_norm2d(weights=values(bias=[1, 2]))"),
        ("batch_norm2d(weights=values([1, 1], [0, 0], [0, 0], [1, 1]))", "batch_norm2d(weights=values([1, 1]))"),
    ],
)  # fmt: skip
def test_each_spelling_has_one_canonical_form(spelling, canonical):
    assert write(read(spelling)) == canonical


@pytest.mark.parametrize(
    ("text", "column", "part"),
    [
        ("conv2d(6, 5) | relux", 16, '"relux"'),
        ("  conv2d(6, 5) |\n relux", 19, '"relux"'),
        ("conv2d(6, 0)", 11, "kernel_size must be a whole number from 1"),
        ("conv2d(6, 5, stride=(1, 0))", 21, "stride"),
        ("conv2d(6, 5, strid=1)", 20, "'strid'"),
        ("conv2d(6, 5, 1, 0, 1)", 20, 'as in padding_mode="zeros".'),
        ("conv2d(6, 5, out_channels=6)", 14, "twice"),
        ("conv2d(6, 5, groups=2, groups=3)", 24, "twice"),
        ("conv2d(6, 5, **{})", 14, "**"),
        ("conv2d(6, 5, weights=7)", 22, "source of weights"),
        ("conv2d(6, 5, weights=random(-1))", 22, "seed must be at least 0"),
        ('conv2d(weights=preset("sobel"))', 16, '"sobel"'),
        ('conv2d(weights=preset("sobel_x", 5))', 16, "name of a kernel or a nested list"),
        ('conv2d(weights=preset("sobel_x", [5]))', 16, "two axes [row][column]"),
        ('conv2d(weights=preset("sobel_x", [[5], []]))', 16, "regular block"),
        ('conv2d(weights=preset("sobel_x", spread="max"))', 16, "spread"),
        ('conv2d(weights=preset("sobel_x", bias=[1, 2]))', 16, "one number an output channel, 1 in all"),
        ('conv2d(bias=False, weights=preset("sobel_x", bias=[1]))', 28, "bias is false"),
        ("relu(type='conv2d')", 6, "'type'"),
        ("relu(3)", 6, "relu takes no values."),
        ("leaky_relu(0.1, 2)", 17, "leaky_relu takes no more than negative_slope."),
        (
            "max_pool2d(3, 2, 1, True)",
            21,
            "takes kernel_size, stride, padding; all else needs its name, as in ceil_mode=False.",
        ),
        ("avg_pool2d(2, dilation=2)", 24, "'dilation'"),
        ("avg_pool2d(2, divisor_override=0)", 32, "at least 1"),
        ("max_pool2d(3, dilation=0)", 24, "from 1"),
        ("zero_pad2d(-1)", 12, "or four (top, bottom, left, right), not -1"),
        ("zero_pad2d((1, 2, 3))", 12, "or two (rows, columns), or four"),
        ("zero_pad2d", 1, "padding is missing"),
        ("dropout(0.5)", 9, "dropout takes no values."),
        ("dropout(p=0.5)", 11, "'p'"),
        ("linear(3, True, 4)", 17, "as in weights=random(7)."),
        ("relu | ", 7, "cannot be read"),
        ("relu relu", 6, "cannot be read"),
        ("relu # a comment", 6, "#"),
        ("relu | é", 8, "é"),
        ("relu + relu", 1, "name of a layer"),
        ("relu | 5", 8, "name of a layer"),
        ("conv2d(6, 1j)", 11, "a number"),
        ("conv2d(6, 5.0)", 11, "5.0"),
        ("conv2d(True, 5)", 8, "true"),
        ("conv2d(1e999, 5)", 8, "inf"),
        ("conv2d(0x" + "f" * 9000 + ", 5)", 8, "too many digits"),
        ("x" * 200_000, 100_000, "longer than 100,000"),
    ],
)
def test_a_mistake_gives_its_column(text, column, part):
    told = mistake(text)
    assert (told.column, told.pointer) == (column, "/recipe")
    assert part in str(told)
    assert str(told).startswith(f"Column {column}: ")


@pytest.mark.parametrize("text", ["(" * 1000, "[" * 1000, "-" * 90_000 + "1", "a." * 40_000 + "b", "1+" * 40_000 + "1",
                                  "relu|" * 400 + "relu", "\x00", "relu(\x0c)", "9" * 5000])  # fmt: skip
def test_nothing_breaks_the_reader(text):
    mistake(text)


@given(st.text("conv2drelu()|[],.= '\"01-+*weights_random", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        layers = read(text)
    except RecipeMistake as told:
        column = told.column
    else:
        column = 1
        assert read(write(layers)) == layers
    assert 1 <= column <= len(text) + 1


def test_long_blocks_of_numbers_are_read_however_long_and_columns_still_count():
    block = str([[[[0.125] * 300] * 300]])
    text = f"conv2d(weights=values({block}, [0.5])) | relu"
    layers = read(text)
    assert layers[0].weights.weight.array.shape == (1, 1, 300, 300)
    assert read(write(layers)) == layers
    assert mistake(text + "x").column == len(text) - 3
