"""A network in training at one moment: its filters, what they make of one picture, and what it says of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.layers.layer import Array
from app.pictures.png import png
from app.rendering.palette import CLEAR, Bytes, Theme, signed_bytes, signed_palette
from app.rendering.sheets.maps import extent_of, maps_png, picture_png
from app.rendering.sheets.pictures import faces, pictures_png
from app.rendering.sheets.sheets import sheet
from app.rendering.sheets.tiles import tiles_png
from app.rendering.svg import Face
from app.training.data import DataSet
from app.training.network import Network
from app.training.training import Training

MOST_FILTERS = 16
A_CLASS = 5  # pictures of each class that are shown


@dataclass(frozen=True)
class Snapshot:
    """A network with the weights of one moment; what is asked of it is computed once."""

    training: Training
    data: DataSet
    step: int
    arrays: Mapping[str, Array]  # by names such as 0.weight

    @cached_property
    def network(self) -> Network:
        """The network with these weights."""
        network = Network(self.training.seeded, self.training.data.shape)
        for name, array in network.named():
            array[...] = self.arrays[name]
        return network

    @property
    def size(self) -> int:
        """The bytes that it takes to keep, with its examples."""
        examples = (self.data.learned, self.data.held_out)
        arrays = (*self.arrays.values(), *(array for _, array in self.network.named()))
        return sum(part.pictures.nbytes for part in examples) + sum(array.nbytes for array in arrays)

    def look(self) -> None:
        """Compute all that is shown."""
        assert self.shares is not None
        assert self.layer is None or self.maps is not None

    @property
    def example(self) -> int:
        """The number of the held-out picture whose maps are shown: the first of the second class."""
        return int(np.argmax(self.data.held_out.labels == min(1, len(self.data.classes) - 1)))

    @property
    def layer(self) -> int | None:
        """The index of the first layer that has filters."""
        kinds = enumerate(self.network.weights)
        return next((index for index, arrays in kinds if arrays.get("weight", np.zeros(0)).ndim == 4), None)

    @property
    def filters(self) -> Array:
        """The first filters of that layer, (filter, channel, row, column)."""
        assert self.layer is not None
        return self.network.weights[self.layer]["weight"][:MOST_FILTERS]

    @cached_property
    def maps(self) -> Array:
        """What those filters make of the picture, (filter, row, column)."""
        assert self.layer is not None
        x = self.data.held_out.batch(np.array([self.example])).x
        layer, weights = self.network.layers[self.layer], self.network.weights[self.layer]
        x = layer.evaluate_batch(self.network.inputs(x, self.layer), weights)
        return np.ascontiguousarray(x[: len(self.filters), :, :, 0])

    @cached_property
    def shares(self) -> Array:
        """How likely each class is for the picture, as the network sees it."""
        return self.network.evaluate(self.data.held_out.batch(np.array([self.example])).x)[:, 0]

    @property
    def coloured(self) -> bool:
        """Whether the filters are colours: they lie over red, green and blue."""
        return self.layer == 0 and self.filters.shape[1] == 3

    def filters_png(self, theme: Theme) -> bytes:
        """Return all filters as one picture, each on a scale of its own; of many channels the mean."""
        if self.coloured:
            return tiles_png(self.filters, None)
        means = self.filters.mean(axis=1)
        levels = np.stack([signed_bytes(mean, extent_of(mean)) for mean in means])
        return png(sheet(levels), signed_palette(theme), clear=CLEAR)

    def maps_png(self, theme: Theme) -> bytes:
        """Return the maps as one picture, all on one scale."""
        return maps_png(self.maps, [extent_of(self.maps)] * len(self.maps), theme)

    def faces(self, filters: str, maps: str) -> list[tuple[Face, Face]]:
        """Return each filter and its map, as parts of the pictures at these addresses."""
        if self.layer is None:
            return []
        (count, _, rows, columns), sides = self.filters.shape, self.maps.shape[1:]
        return list(zip(faces(filters, count, rows, columns), faces(maps, count, *sides), strict=True))


def shown(data: DataSet) -> list[list[int]]:
    """Return for each class the numbers of the first pictures of it to learn from."""
    labels = data.learned.labels
    return [np.flatnonzero(labels == number)[:A_CLASS].tolist() for number in range(len(data.classes))]


def examples_png(data: DataSet) -> bytes:
    """Return those pictures as one, a row a class, with gaps between."""
    placed = {
        number * A_CLASS + place: data.learned.pictures[example]
        for number, examples in enumerate(shown(data))
        for place, example in enumerate(examples)
    }
    return pictures_png(placed, A_CLASS * len(data.classes), A_CLASS)


def examples_faces(data: DataSet, address: str) -> list[list[Face]]:
    """Return those pictures of each class, as parts of the one at `address`."""
    _, rows, columns = data.learned.shape
    all_ = faces(address, A_CLASS * len(data.classes), rows, columns, A_CLASS)
    return [all_[number * A_CLASS :][: len(examples)] for number, examples in enumerate(shown(data))]


def example_png(pictures: Bytes, number: int) -> bytes:
    """Return one picture as it is."""
    return picture_png(pictures[number], None)
