"""What a run holds at once where its layers branch: each output until its last reader has read it, and no longer."""

import asyncio

import numpy as np

from app.lab import Lab
from app.pipeline.document import read_document
from app.pipeline.plan import plan
from app.results import Chain, Run
from app.storage import MemoryStore
from tests import pipelines

BRANCHES = "conv2d(2, 1) | relu(inputs=-1) | relu6(inputs=0) | conv2d(2, 3, padding=1, inputs=0) | add(inputs=[2, 3])"


def chain(recipe, shape=(1, 6, 5)):
    document = read_document({"input": {"values": np.zeros(shape).tolist()}, "recipe": recipe})
    return Chain(Run(document, shape, plan(document, shape, **pipelines.PLENTY)))


def test_what_nobody_reads_is_not_computed():
    assert chain(BRANCHES).needed([4]) == [-1, 0, 2, 3, 4]
    assert chain(BRANCHES).needed([1, 2]) == [-1, 0, 1, 2]
    assert chain(BRANCHES).needed([4], {0}.__contains__) == [2, 3, 4]
    assert chain(BRANCHES).needed([4], {-1, 2}.__contains__) == [0, 3, 4]


def test_the_most_that_is_held_at_once_is_counted_reader_by_reader():
    of = chain(BRANCHES)
    out, work = of.output_bytes, of.working_bytes
    jobs = [[number] for number in of.needed([4])]
    assert of.peak(jobs, [4]) == max(
        out(-1) + work(-1),
        out(-1) + out(0) + work(0),
        out(0) + out(2) + work(2),
        out(0)
        + out(2)
        + out(3)
        + work(3),  # both branches begin at layer 0, which is held until the second has read it
        out(2) + out(3) + out(4) + work(4),
    )
    assert of.peak([[2], [3], [4]], [4]) == max(  # layer 0 is there already, and counts until it is read
        out(0) + out(2) + work(2), out(0) + out(2) + out(3) + work(3), out(2) + out(3) + out(4) + work(4)
    )
    waited = of.peak(jobs, [-1, 0, 2, 3, 4])
    assert waited == sum(map(out, [-1, 0, 2, 3, 4])) + work(4)
    assert of.peak([of.needed([4])]) == sum(map(out, [-1, 0, 2, 3, 4])) + max(map(work, [-1, 0, 2, 3, 4]))
    assert of.passing_bytes([4]) == of.peak(jobs, [4])


def test_a_graph_whose_outputs_do_not_fit_together_is_computed_all_the_same(settings):
    """Of 31 outputs of 4.8 MB five are held at once: the shortcut, three around it, and what is being made."""
    block = "relu(name='a') | conv2d(8, 1, weights=random({seed}))"
    layers = [
        "conv2d(8, 1, weights=random(1))",
        *(block.format(seed=seed) for seed in range(14)),
        "add(inputs=[28, 0])",
    ]
    document = read_document({"input": {"image": "coffee", "height": 400, "width": 375}, "recipe": " | ".join(layers)})

    async def story(lab):
        run = await lab.open(document)
        output = (await lab.result(run, len(run.stages) - 1)).output.copy()
        before = (await lab.result(run, 28)).output.copy()
        return output, before, (await lab.result(run, 0)).output.copy(), lab.budget.most

    async def told():
        lab = Lab(settings.model_copy(update={"memory_max_bytes": 60_000_000}), MemoryStore(), b"k" * 32)
        try:
            return await story(lab)
        finally:
            lab.close()

    output, before, shortcut, most = asyncio.run(told())
    assert 31 * output.nbytes > 2 * most
    assert np.array_equal(output, before + shortcut)
