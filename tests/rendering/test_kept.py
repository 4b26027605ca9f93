"""What a pool keeps of the map before it: the mark of every winner, and the veil over the rest."""

import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from app.layers import Place
from app.layers.layer import Layer
from app.layers.pool2d import MaxPool2d
from app.layers.relu import ReLU
from app.paths import folder
from app.rendering.sheets.maps import VEILS, veil_png


@pytest.mark.parametrize(
    "layer",
    [
        MaxPool2d(kernel_size=(2, 2)),
        MaxPool2d(kernel_size=(3, 2), stride=(2, 1), padding=(1, 1)),
        MaxPool2d(kernel_size=(2, 3), stride=(3, 4), ceil_mode=True),
    ],
)
def test_kept_are_the_winners_of_every_place(layer: Layer) -> None:
    x = np.random.default_rng(5).integers(0, 4, (2, 9, 8)).astype(np.float32)  # few values, so that there are ties
    channels, rows, columns = layer.output_shape((2, 9, 8))
    wanted = np.zeros(x.shape, bool)
    for place in np.ndindex(channels, rows, columns):
        for winner in layer.step(x, {}, Place(*place))["winners"]:
            wanted[place[0], winner["row"], winner["column"]] = True
    np.testing.assert_array_equal(layer.kept(x), wanted)


def test_a_layer_that_picks_says_so() -> None:
    assert MaxPool2d(kernel_size=(2, 2)).picks
    assert not ReLU().picks
    assert ReLU().kept(np.zeros((1, 2, 2), np.float32)) is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_veil_is_of_the_colour_behind_it_and_leaves_the_kept_clear(theme: str) -> None:
    kept = np.array([[True, False], [False, False]])
    picture = np.asarray(Image.open(BytesIO(veil_png(kept, theme))))  # type: ignore[arg-type]
    np.testing.assert_array_equal(picture[..., 3] == 0, kept)
    tokens = (folder("static") / "css" / "tokens.css").read_text()
    colours = re.findall(r"--figure: #(\w{6})", tokens)
    colour = colours[0] if theme == "light" else colours[1]
    assert "".join(f"{part:02x}" for part in VEILS[theme]) == colour  # type: ignore[index]
