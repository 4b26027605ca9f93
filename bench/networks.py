"""Deep networks as recipes, their weights random."""

from itertools import count


class _Writer:
    """Writes layers one after the other, each with weights of its own."""

    def __init__(self) -> None:
        self.layers: list[str] = []
        self._seeds = count(1)

    def add(self, text: str) -> int:
        """Add a layer and return its number."""
        self.layers.append(text)
        return len(self.layers) - 1

    def convolved(self, fields: str, activation: str = "", reads: int | None = None) -> int:
        """Add a convolution without bias, its batch norm, and an activation where one is named."""
        inputs = "" if reads is None else f", inputs={reads}"
        last = self.add(f"conv2d({fields}, bias=False, weights=random({next(self._seeds)}){inputs})")
        last = self.add("batch_norm2d")
        return self.add(activation) if activation else last

    def classified(self) -> str:
        """End it with a thousand classes and return all of it."""
        self.add("global_avg_pool2d")
        self.add("linear(1000)")
        return " | ".join(self.layers)


def resnet() -> str:
    """Return ResNet-18 (He et al., "Deep residual learning for image recognition", CVPR 2016) without its softmax."""
    net = _Writer()
    net.convolved("64, 7, 2, 3", "relu")
    last = net.add("max_pool2d(3, 2, 1)")
    for filters, first in ((64, 1), (128, 2), (256, 2), (512, 2)):
        for stride in (first, 1):
            before = last
            net.convolved(f"{filters}, 3, {stride}, 1", "relu", before)
            last = net.convolved(f"{filters}, 3, padding=1")
            if stride > 1:
                before = net.convolved(f"{filters}, 1, {stride}", reads=before)
            net.add(f"add(inputs=[{last}, {before}])")
            last = net.add("relu")
    return net.classified()


MOBILE = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def mobilenet() -> str:
    """Return MobileNetV2 (Sandler et al., "Inverted residuals and linear bottlenecks", CVPR 2018), without softmax.

    MOBILE has its blocks: by how much they widen, their filters, how many there are, and the stride of the first.
    """
    net, channels = _Writer(), 32
    last = net.convolved("32, 3, 2, 1", "relu6")
    for widening, filters, blocks, first in MOBILE:
        for stride in (first, *(1,) * (blocks - 1)):
            before, wide = last, widening * channels
            if widening > 1:
                net.convolved(f"{wide}, 1", "relu6")
            net.convolved(f"{wide}, 3, {stride}, 1, groups={wide}", "relu6")
            last = net.convolved(f"{filters}, 1")
            if stride == 1 and filters == channels:
                last = net.add(f"add(inputs=[{last}, {before}])")
            channels = filters
    net.convolved("1280, 1", "relu6")
    return net.classified()
