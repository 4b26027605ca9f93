"""What a layer says of PyTorch's call is what PyTorch has: its name, and its arguments in their order."""

import inspect

import pytest

torch = pytest.importorskip("torch")

from app.layers import LAYERS  # noqa: E402 - PyTorch first: without it there is nothing to compare

pytestmark = pytest.mark.parity


@pytest.mark.parametrize("kind", [kind for kind, layer in LAYERS.items() if layer.in_torch])
def test_the_arguments_are_pytorch_s_in_pytorch_s_order(kind):
    name, _, rest = LAYERS[kind].in_torch.partition("(")
    arguments = [argument for argument in rest.rstrip(")").split(", ") if argument]
    theirs = list(inspect.signature(getattr(torch.nn, name)).parameters)
    if name == "Softmax":
        theirs = [each for each in theirs if each != "_stacklevel"]
    assert theirs[: len(arguments)] == arguments
    taken = {"scale_factor": "scale"}
    ours = [taken.get(argument, argument) for argument in arguments]
    positional = [field for field in LAYERS[kind].positional if field in ours]
    assert positional == sorted(positional, key=ours.index), "our order is PyTorch's"
