"""What a cell can change is what reads it: forward and home are one relation, read from its two ends."""

import numpy as np
import pytest

from app.layers import Place
from app.pipeline.closeup import cone, hops
from app.pipeline.cone import cones, missed
from tests.pipelines import chance, pipeline


@pytest.mark.parametrize("seed", range(150))
def test_a_cell_changes_just_the_numbers_that_have_seen_it(seed: int) -> None:
    draw = chance(f"reach-{seed}")
    _, stages = pipeline(draw, layers=5, sides=12)
    _, rows, columns = stages[0].input_shape
    row, column = draw.randrange(rows), draw.randrange(columns)
    volumes = cones(stages, row, column)
    assert volumes[0].numbers == stages[0].input_shape[0]
    for stage, forward in zip(stages, volumes[1:], strict=True):
        places = [Place(*map(int, at)) for at in np.ndindex(stage.output_shape)]
        for place in draw.sample(places, min(60, len(places))):
            seen = hops(stages, stage.index, place)[-1].cells
            changed = forward.channels[place.channel] and forward.rows[place.row] and forward.columns[place.column]
            assert bool(changed) == bool(seen.rows[row] and seen.columns[column]), (stage.layer.type, place)
        assert forward.span == cone(stages[: stage.index + 1], row, column)
        assert forward.numbers == forward.places * forward.channels.sum()
    lost = missed(stages, volumes)
    assert (lost is None) == volumes[-1].any
    if lost:
        assert volumes[lost[0]].any
        assert not volumes[lost[0] + 1].any
