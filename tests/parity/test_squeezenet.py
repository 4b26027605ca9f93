"""SqueezeNet on the nine photographs of the gallery: all 66 outputs are PyTorch's, from the same weights."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402 - PyTorch first: without it there is nothing to compare

from app.models import SHIPPED  # noqa: E402
from app.pictures import gallery  # noqa: E402
from app.pictures.picture import Picture  # noqa: E402
from tests.parity.squeezenet import SIDE, SqueezeNet  # noqa: E402
from tests.squeezenet import results  # noqa: E402

pytestmark = [pytest.mark.parity, pytest.mark.timeout(600)]


def square(picture: Picture) -> np.ndarray:
    """Return the middle of a picture, brought to the side of the network by Pillow alone."""
    whole = Image.fromarray(picture.pixels).convert("RGB")
    side = min(whole.size)
    left, top = (whole.width - side) // 2, (whole.height - side) // 2
    small = whole.crop((left, top, left + side, top + side)).resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(small).transpose(2, 0, 1)


def test_all_outputs_of_nine_photographs_are_pytorchs():
    model, net, worst = SHIPPED.model("squeezenet"), SqueezeNet(), 0.0
    for name in gallery.PHOTOGRAPHS:
        source, *ours = results(name)
        pixels = square(gallery.load(name))
        assert np.array_equal(source.pixels, pixels), name
        theirs = net(pixels)
        assert len(ours) == len(theirs) == 66
        for layer, mine, expected, products in zip(model.layers, ours, theirs, net.products, strict=True):
            error = np.abs(mine.output.reshape(expected.shape) - expected).max()
            tolerance = 1e-5 * np.abs(expected).max() + 1e-6 * products
            assert error <= tolerance, (name, layer.name or layer.type, float(error), float(tolerance))
            worst = max(worst, float(error / tolerance))
        best = np.argsort(-theirs[-1])[:3]
        print(f"{name}: {json.dumps({model.classes[at]: round(float(theirs[-1][at]), 3) for at in best})}")  # noqa: T201
    print(f"The worst error is {worst:.3f} of the tolerance.")  # noqa: T201
