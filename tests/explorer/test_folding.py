"""Blocks by name, the ways through them, and how they fold into few columns."""

import time
from dataclasses import dataclass, field

import numpy as np
import pytest

from app.explorer.blocks import Block, blocks_of, called, parts, reads
from app.explorer.folding import folded, width_of
from app.layers import Shape


@dataclass
class Kind:
    """A layer, of which only this is read."""

    type: str
    name: str | None = None
    learned: bool = False


@dataclass
class Laid:
    """A stage, of which only this is read."""

    layer: Kind
    inputs: tuple[int, ...]
    input_shape: Shape
    output_shape: Shape


@dataclass
class Net:
    """A network that is written down layer by layer."""

    stages: list[Laid] = field(default_factory=list)
    shape: Shape = (3, 227, 227)

    def add(
        self, kind: str, name: str | None, shape: Shape | None = None, inputs: tuple[int, ...] | None = None
    ) -> int:
        index = len(self.stages)
        inputs = (index - 1,) if inputs is None else inputs
        before = self.shape if inputs[0] < 0 else self.stages[inputs[0]].output_shape
        self.stages.append(Laid(Kind(kind, name, kind in ("conv2d", "linear")), inputs, before, shape or before))
        return index


def squeezenet() -> Net:
    net = Net()
    net.add("conv2d", "conv1", (64, 113, 113))
    net.add("relu", "conv1/relu")

    def fire(name: str, maps: int, side: int) -> None:
        net.add("conv2d", f"{name}/squeeze1x1", (maps // 8, side, side))
        squeezed = net.add("relu", f"{name}/squeeze1x1_relu")
        ways = []
        for size in ("1x1", "3x3"):
            net.add("conv2d", f"{name}/expand{size}", (maps // 2, side, side), (squeezed,))
            ways.append(net.add("relu", f"{name}/expand{size}_relu"))
        net.add("concat", f"{name}/concat", (maps, side, side), tuple(ways))

    numbers = iter(range(2, 10))
    for side, maps in ((56, (128, 128)), (28, (256, 256)), (14, (384, 384, 512, 512))):
        net.add("max_pool2d", f"pool{len(net.stages)}", (net.stages[-1].output_shape[0], side, side))
        for each in maps:
            fire(f"fire{next(numbers)}", each, side)
    net.add("conv2d", "conv10", (1000, 14, 14))
    net.add("relu", "conv10/relu")
    net.add("global_avg_pool2d", "pool10", (1000, 1, 1))
    net.add("flatten", None)
    net.add("softmax", "prob")
    return net


def resnet50() -> Net:
    net = Net(shape=(3, 224, 224))
    net.add("conv2d", "conv1", (64, 112, 112))
    net.add("relu", "conv1/relu")
    net.add("max_pool2d", "maxpool", (64, 56, 56))
    for number, (count, maps, side) in enumerate(((3, 256, 56), (4, 512, 28), (6, 1024, 14), (3, 2048, 7)), 1):
        for each in range(count):
            name, before, old = f"layer{number}/{each}", len(net.stages) - 1, net.stages[-1].output_shape[1]
            for at, here in enumerate((old, side, side), 1):
                net.add("conv2d", f"{name}/conv{at}", (maps // (1 if at == 3 else 4), here, here))
                net.add("batch_norm2d", f"{name}/bn{at}")
                if at < 3:
                    net.add("relu", f"{name}/relu{at}")
            through, past = len(net.stages) - 1, before
            if not each:
                past = net.add("conv2d", f"{name}/downsample", (maps, side, side), (before,))
            net.add("add", f"{name}/add", None, (through, past))
            net.add("relu", f"{name}/relu3")
    net.add("global_avg_pool2d", "avgpool", (2048, 1, 1))
    net.add("flatten", None)
    net.add("linear", "fc", (1000, 1, 1))
    return net


def small() -> Net:
    net = Net(shape=(3, 32, 32))
    for kind, shape in (("conv2d", (6, 28, 28)), ("relu", (6, 28, 28)), ("max_pool2d", (6, 14, 14))):
        net.add(kind, None, shape)
    return net


def seen(columns: tuple[Block, ...]) -> str:
    return " ".join("▷" if column.funnel else column.name or "scores" for column in columns)


def test_squeezenet_folds_as_far_as_it_must() -> None:
    stages = squeezenet().stages
    assert seen(folded(stages, 11)) == "conv1 ▷ fire2 fire3 ▷ fire4 fire5 ▷ fire6 fire7 fire8 fire9 conv10 scores"
    assert seen(folded(stages, 10)) == "conv1 ▷ fire2 fire3 ▷ fire4 fire5 ▷ fire6–9 conv10 scores"
    assert seen(folded(stages, 7)) == "conv1 ▷ fire2 fire3 ▷ fire4–5 ▷ fire6–9 conv10 scores"
    assert seen(folded(stages, 6)) == "conv1 ▷ fire2–3 ▷ fire4–5 ▷ fire6–9 conv10 scores"
    assert seen(folded(stages, 5)) == "conv1 ▷ fire2–3 ▷ fire4–5 ▷ fire6–conv10 scores"
    assert seen(folded(stages, 4)) == "conv1–fire3 ▷ fire4–5 ▷ fire6–conv10 scores"


def test_the_block_of_the_present_layer_stays_as_it_is() -> None:
    stages = squeezenet().stages
    present = next(at for at, stage in enumerate(stages) if stage.layer.name == "fire8/expand3x3")
    assert seen(folded(stages, 8, present)) == "conv1 ▷ fire2–3 ▷ fire4–5 ▷ fire6–7 fire8 fire9 conv10 scores"
    for most in range(4, 12):
        columns = folded(stages, most, present)
        assert width_of(columns) <= most
        assert [column.name for column in columns if present in column.layers] == ["fire8"]


def test_the_blocks_of_resnet_fold_into_its_four_stages() -> None:
    stages = resnet50().stages
    assert seen(folded(stages, 18)).startswith("conv1 ▷ layer1/0 layer1/1 layer1/2 layer2/0 ")
    assert seen(folded(stages, 17)).split()[-5:] == ["layer3", "layer4/0", "layer4/1", "layer4/2", "scores"]
    assert seen(folded(stages, 6)) == "conv1 ▷ layer1 layer2 layer3 layer4 scores"
    part = next(each for each in folded(stages, 17, 20) if 20 in each.layers)
    assert part.name == "layer1/1"


def test_a_small_network_stays_as_it_is() -> None:
    stages = small().stages
    assert seen(folded(stages, 4)) == "conv2d relu max_pool2d"
    assert [called(stage.layer) for stage in stages] == ["conv2d", "relu", "max_pool2d"]


def test_ways_lead_from_where_a_block_parts_to_where_it_meets() -> None:
    net = squeezenet()
    fire = next(block for block in blocks_of(net.stages) if block.name == "fire2")
    assert [part.ways for part in parts(net.stages, fire)] == [((3, 4),), ((5, 6), (7, 8)), ((9,),)]
    assert fire.shape == (128, 56, 56)
    assert called(net.stages[8].layer) == "expand3x3_relu"


def test_a_way_past_the_others_has_no_layers() -> None:
    stages = resnet50().stages
    first, second = blocks_of(stages)[2:4]
    assert [part.ways for part in parts(stages, first)] == [((*range(3, 11),), (11,)), ((12, 13),)]
    assert [part.ways for part in parts(stages, second)] == [((*range(14, 22),), ()), ((22, 23),)]


def test_a_layer_that_reads_past_a_block_reads_two_columns() -> None:
    net = squeezenet()
    net.stages = net.stages[:17]  # conv1 ▷ fire2 fire3
    net.add("add", "add", None, (9, 16))
    columns = folded(net.stages, 8)
    assert seen(columns) == "conv1 ▷ fire2 fire3 add"
    assert reads(net.stages, columns) == ((-1,), (0,), (1,), (2,), (2, 3))


def test_ways_of_an_inception_block_come_in_the_order_in_which_they_are_joined() -> None:
    net = Net(shape=(8, 10, 12))
    one = net.add("conv2d", "mixed/1x1", (4, 10, 12))
    net.add("conv2d", "mixed/3x3_reduce", (2, 10, 12), (-1,))
    three = net.add("conv2d", "mixed/3x3", (6, 10, 12))
    pool = net.add("max_pool2d", "mixed/pool", (8, 10, 12), (-1,))
    net.add("concat", "mixed/concat", (18, 10, 12), (pool, three, one))
    assert [part.ways for part in parts(net.stages, blocks_of(net.stages)[0])] == [((3,), (1, 2), (0,)), ((4,),)]


def test_ways_that_nothing_joins_lead_out_of_their_block() -> None:
    net = Net(shape=(8, 10, 12))
    net.add("conv2d", "head/stem", (4, 10, 12))
    net.add("conv2d", "head/boxes", (2, 10, 12), (0,))
    net.add("conv2d", "head/classes", (6, 10, 12), (0,))
    assert [part.ways for part in parts(net.stages, blocks_of(net.stages)[0])] == [((0,),), ((1,), (2,))]


@pytest.mark.parametrize("seed", range(8))
def test_every_layer_is_in_one_column_and_once_in_its_parts(seed: int) -> None:
    draw = np.random.default_rng(seed)
    net = Net(shape=(8, 64, 64))
    for at in range(400):
        side = 64 >> at // 80
        name = draw.choice(["", "head", f"part{at // 9}/x{at}", f"part{at // 9}/y{at}", f"group{at // 50}/{at}"])
        inputs = tuple(map(int, {*draw.integers(max(-1, at - 6), at, draw.integers(1, 4))}))
        net.add(str(draw.choice(["conv2d", "relu", "add", "max_pool2d"])), str(name) or None, (8, side, side), inputs)
    begin = time.perf_counter()
    for most in (4, 5, 9, 14):
        columns = folded(net.stages, most, int(draw.integers(400)))
        assert [at for column in columns for at in column.layers] == list(range(400))
        assert width_of(columns) <= most
        for column in columns:
            found = [at for part in parts(net.stages, column) for way in part.ways for at in way]
            assert sorted(found) == list(column.layers)
    assert time.perf_counter() - begin < 0.5
