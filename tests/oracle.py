"""The slow oracle: convolution and pooling as plain loops over nested lists, straight from the definitions.

It shares nothing with app/: padding is made as a real padded picture, sums are exact (math.fsum of Python floats).
"""

from math import fsum, inf

Grid = list[list[float]]
Four = tuple[int, int, int, int]  # top, bottom, left, right


def pad(grid: Grid, amounts: Four, mode: str, fill: float = 0.0) -> Grid:
    """Return `grid` inside a border, made cell by cell."""
    top, bottom, left, right = amounts
    width = len(grid[0]) + left + right
    if mode == "zeros":
        middle = [[fill] * left + list(row) + [fill] * right for row in grid]
        return [[fill] * width for _ in range(top)] + middle + [[fill] * width for _ in range(bottom)]
    lines = [_stretch(list(row), left, right, mode) for row in grid]
    return _stretch(lines, top, bottom, mode)


def _stretch(line: list, before: int, after: int, mode: str) -> list:
    if mode == "reflect":
        ahead, behind = line[1 : before + 1][::-1], line[::-1][1 : after + 1]
    elif mode == "replicate":
        ahead, behind = line[:1] * before, line[-1:] * after
    else:
        ahead, behind = line[len(line) - before :], line[:after]
    return ahead + line + behind


def conv(x, weight, bias, stride, padding: Four, dilation, mode="zeros", groups=1):
    """Return (maps, sums of the absolute products), both nested lists (filter, row, column)."""
    padded = [pad(channel, padding, mode) for channel in x]
    depth, per_group = len(weight[0]), len(weight) // groups
    kh, kw = len(weight[0][0]), len(weight[0][0][0])
    rows = (len(padded[0]) - (kh - 1) * dilation[0] - 1) // stride[0] + 1
    columns = (len(padded[0][0]) - (kw - 1) * dilation[1] - 1) // stride[1] + 1
    maps, sizes = [], []
    for number, filters in enumerate(weight):
        first = number // per_group * depth
        sums, absolute = [], []
        for row in range(rows):
            sums.append([])
            absolute.append([])
            for column in range(columns):
                products = [
                    filters[c][i][j]
                    * padded[first + c][row * stride[0] + i * dilation[0]][column * stride[1] + j * dilation[1]]
                    for c in range(depth) for i in range(kh) for j in range(kw)
                ]  # fmt: skip
                sums[-1].append(fsum(products) + (bias[number] if bias is not None else 0.0))
                absolute[-1].append(fsum(abs(product) for product in products))
        maps.append(sums)
        sizes.append(absolute)
    return maps, sizes


def pool(x, kind, size, stride, padding, ceil_mode=False, count_include_pad=True, dilation=(1, 1), divisor=None):
    """Return the pooled maps, nested lists (channel, row, column); `kind` is `max` or `avg`."""
    way = (size, stride, padding, ceil_mode, count_include_pad, dilation, divisor)
    return [_pool_one(channel, kind, *way) for channel in x]


def _pool_one(grid: Grid, kind, size, stride, padding, ceil_mode, count_include_pad, dilation, divisor) -> Grid:
    height, width = len(grid), len(grid[0])
    deep, wide = ((size[axis] - 1) * dilation[axis] + 1 for axis in (0, 1))
    result = []
    for top in _starts(height, deep, stride[0], padding[0], ceil_mode):
        result.append([])
        for left in _starts(width, wide, stride[1], padding[1], ceil_mode):
            real, counted = [], 0
            for row in range(top, top + deep, dilation[0]):
                for column in range(left, left + wide, dilation[1]):
                    if 0 <= row < height and 0 <= column < width:
                        real.append(grid[row][column])
                    if -padding[0] <= row < height + padding[0] and -padding[1] <= column < width + padding[1]:
                        counted += 1
            if kind == "max":
                result[-1].append(max(real, default=-inf))
            else:
                result[-1].append(fsum(real) / (divisor or (counted if count_include_pad else len(real))))
    return result


def _starts(length: int, size: int, stride: int, padding: int, ceil_mode: bool) -> list[int]:
    """Walk from the first place on: one counts that lies inside or, under ceil_mode, starts before the end."""
    starts, start = [], -padding
    while start + size <= length + padding:
        starts.append(start)
        start += stride
    if ceil_mode and starts and starts[-1] + size < length + padding and start < length:
        starts.append(start)
    return starts
