"""What a cell can change is what reads it: forward and home are one relation, read from its two ends."""

import numpy as np
import pytest

from app.layers import Place
from app.pipeline.closeup import hops
from app.pipeline.cone import cone, cones, missed
from tests.pipelines import chance, graph, pipeline


@pytest.mark.parametrize("seed", range(150))
def test_a_cell_changes_just_the_numbers_that_have_seen_it(seed: int) -> None:
    draw = chance(f"reach-{seed}")
    _, stages = (pipeline if seed % 2 else graph)(draw, 5, 12)
    _, rows, columns = stages[0].input_shape
    row, column = draw.randrange(rows), draw.randrange(columns)
    volumes = cones(stages, row, column)
    assert volumes[0].numbers == stages[0].input_shape[0]
    for stage, forward in zip(stages, volumes[1:], strict=True):
        places = [Place(*map(int, at)) for at in np.ndindex(stage.output_shape)]
        for place in draw.sample(places, min(60, len(places))):
            home = hops(stages, stage.index, place)[-1]
            assert home.layer is None
            seen = any(block.rows[row] and block.columns[column] for block in home.blocks)
            assert forward.changes(place) == seen, (stage.layer.type, place)
        assert forward.span == cone(stages[: stage.index + 1], row, column)
        if len(forward.blocks) <= 1:
            assert forward.numbers == forward.places * forward.channels.sum()
    lost = missed(stages, volumes)
    assert (lost is None) == volumes[-1].any
    if lost:
        assert any(volumes[number + 1].any for number in stages[lost[0]].inputs)
        assert not volumes[lost[0] + 1].any
