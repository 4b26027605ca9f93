"""SqueezeNet computes what PyTorch does, and names what it sees."""

import json
from pathlib import Path

import numpy as np
import pytest

from app.messages import catalogue
from app.models import SHIPPED
from tests.squeezenet import WHOLE, planned, results

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "squeezenet.json").read_text("utf-8"))
MODEL = SHIPPED.model("squeezenet")
assert MODEL is not None


@pytest.mark.parametrize("image", GOLDEN)
def test_every_layer_gives_what_pytorch_found(image: str) -> None:
    _, *outputs = results(image)
    assert len(outputs) == 66
    for layer, found, (tolerance, mean, cells) in zip(MODEL.layers, outputs, GOLDEN[image]["layers"], strict=True):
        assert found.output.mean(dtype=np.float64) == pytest.approx(mean, abs=tolerance), layer
        for at, number in cells:
            assert found.output.ravel()[at] == pytest.approx(number, abs=tolerance), layer
    shares = outputs[-1].output.ravel()
    assert np.argsort(-shares)[:3].tolist() == [at for at, _ in GOLDEN[image]["best"]]
    assert [shares[at] for at, _ in GOLDEN[image]["best"]] == pytest.approx(
        [p for _, p in GOLDEN[image]["best"]], abs=2e-5
    )


def test_its_classes_are_named_as_people_write_them() -> None:
    best = {image: [MODEL.classes[at] for at, _ in golden["best"]] for image, golden in GOLDEN.items()}
    assert best["coffee"] == ["espresso", "consommé", "soup bowl"]
    assert [best[image][0] for image in ("camera", "coins")] == ["tripod", "golf ball"]
    assert len(MODEL.classes) == 1000
    assert catalogue("zh-CN").gettext("espresso") == "浓缩咖啡"
    assert catalogue("zh-CN").gettext("gyromitra") != "gyromitra"
    assert catalogue("en").gettext("espresso") == "espresso"


def test_it_has_as_many_numbers_as_its_paper_says_and_one_line_for_all_layers() -> None:
    document, stages = planned("coffee")
    assert MODEL.parameters == 1_235_496 == sum(stage.parameters for stage in stages)
    assert document.recipe == WHOLE
    shapes = {stage.layer.name: stage.output_shape for stage in stages}
    assert shapes["conv1"] == (64, 113, 113)
    assert [shapes[f"fire{at}/concat"] for at in (2, 4, 6, 9)] == [
        (128, 56, 56), (256, 28, 28), (384, 14, 14), (512, 14, 14)
    ]  # fmt: skip
