"""Where a layer's weights come from: drawn from a seed, named kernels, or numbers given.

{"init": "random", "seed": 7}                      random(7)
{"init": "preset", "names": ["sobel_x"]}           preset("sobel_x")
{"init": "values", "weight": …, "bias": …}         values([[[[…]]]], […])
"""

from typing import Annotated, Any, ClassVar, Literal, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from app.errors import Unfit
from app.layers.numbers import Array, NumbersField
from app.numerics.kernels import KERNELS, bank, fits
from app.numerics.randomness import normal_weights

MAX_SEED = 2**53 - 1  # what every JSON reader keeps exactly


class Weights(BaseModel):
    """A source of weights."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, use_attribute_docstrings=True)
    positional: ClassVar[tuple[str, ...]] = ()
    init: str

    def known_shape(self) -> tuple[int, ...] | None:
        """Return the shape of the weights where the source alone fixes it, with 0 for what it leaves open."""
        return None

    def has_bias(self) -> bool:
        """Tell whether a bias is given expressly."""
        return False

    def settled(self) -> "Weights":
        """Return this source without what equals its default."""
        return self

    def check(self, depth: int) -> None:
        """Refuse filters that read `depth` channels where the source has no weights for them (Unfit)."""

    def draw(self, shape: tuple[int, int, int, int], fan_in: int) -> tuple[Array, Array]:
        """Return weights of `shape` (out, in, rows, columns) and a bias of (out,), float32."""
        raise NotImplementedError

    def fields(self, mode: Literal["json", "python"]) -> dict[str, Any]:
        """Return this source with all that equals its default left out; in Python's mode arrays stay arrays."""
        return {"init": self.init, **self.model_dump(mode=mode, exclude_defaults=True, exclude={"init"})}


class RandomWeights(Weights):
    """Drawn from a normal distribution by a seed: the state before learning."""

    positional: ClassVar[tuple[str, ...]] = ("seed",)
    init: Literal["random"] = "random"
    seed: Annotated[int, Field(ge=0, le=MAX_SEED, strict=True)] = 0
    """The same seed gives the same weights, for ever."""

    def draw(self, shape: tuple[int, int, int, int], fan_in: int) -> tuple[Array, Array]:
        return normal_weights(self.seed, shape, fan_in), np.zeros(shape[0], np.float32)


class PresetWeights(Weights):
    """Named kernels, one output channel a name."""

    positional: ClassVar[tuple[str, ...]] = ("*names",)
    init: Literal["preset"] = "preset"
    names: Annotated[tuple[str, ...], Field(min_length=1, max_length=1024)]
    """Names from the list of kernels."""

    def known_shape(self) -> tuple[int, ...]:
        for name in self.names:
            if name not in KERNELS:
                raise Unfit(
                    'There is no kernel named "{name}"; the names are: {names}.',
                    name=name[:60],
                    names=", ".join(KERNELS),
                    pointer="/weights/names",
                )
        sizes = [KERNELS[name].weight.shape[-2:] for name in self.names]
        return len(self.names), 0, max(rows for rows, _ in sizes), max(columns for _, columns in sizes)

    def check(self, depth: int) -> None:
        for name in self.names:
            if not fits(KERNELS[name], depth):
                raise Unfit(
                    'The kernel "{name}" looks at {wanted} channels, but here it reads {channels}; use it on a colour '
                    "picture, or choose one without colour.",
                    name=name,
                    wanted=len(KERNELS[name].weight),
                    channels=depth,
                    pointer="/weights/names",
                )

    def draw(self, shape: tuple[int, int, int, int], fan_in: int) -> tuple[Array, Array]:
        return bank(self.names, shape[1])


class ValueWeights(Weights):
    """Numbers given one by one, in PyTorch's layout."""

    positional: ClassVar[tuple[str, ...]] = ("weight", "bias")
    init: Literal["values"] = "values"
    weight: NumbersField
    """[out_channels][in_channels / groups][row][column]"""
    bias: NumbersField | None = None
    """One number an output channel; left out is zeros."""

    def known_shape(self) -> tuple[int, ...]:
        shape = self.weight.array.shape
        if len(shape) != 4 or 0 in shape:
            raise Unfit(
                "Weights have four axes [out_channels][in_channels / groups][row][column], none empty; these have "
                "the shape {shape}.",
                shape=list(shape),
                pointer="/weights/weight",
            )
        if self.bias is not None and self.bias.array.shape != (shape[0],):
            raise Unfit(
                "The bias needs one number an output channel, {wanted} in all; this one has the shape {shape}.",
                wanted=shape[0],
                shape=list(self.bias.array.shape),
                pointer="/weights/bias",
            )
        return shape

    def has_bias(self) -> bool:
        return self.bias is not None

    def check(self, depth: int) -> None:
        given = self.weight.array.shape[1]
        if given != depth:
            raise Unfit(
                "The weights read {given} channels, but here each filter reads {channels}; give {channels} sheets "
                "a filter.",
                given=given,
                channels=depth,
                pointer="/weights/weight",
            )

    def draw(self, shape: tuple[int, int, int, int], fan_in: int) -> tuple[Array, Array]:
        return self.weight.array, np.zeros(shape[0], np.float32) if self.bias is None else self.bias.array

    def settled(self) -> "ValueWeights":
        zeros = self.bias is not None and not self.bias.array.any()
        return self.model_copy(update={"bias": None}) if zeros else self


Source = RandomWeights | PresetWeights | ValueWeights
AnyWeights = Annotated[Source, Field(discriminator="init")]
WEIGHTS: dict[str, type[Weights]] = {kind.model_fields["init"].default: kind for kind in get_args(Source)}
