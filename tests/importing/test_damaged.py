"""Files of which some bytes are others, are missing or are too many: each is read, or refused with a sentence."""

import random

from safetensors.numpy import save

from app.errors import Mistake
from app.importing.onnx_file import read_onnx
from app.importing.safetensors_file import read_safetensors
from app.pipeline import recipe
from tests.importing.files import array, model
from tests.importing.test_operators import CASES

FILES = [model(nodes, arrays, **settings).SerializeToString() for nodes, arrays, settings in CASES.values()]
NUMBERS = save({"0.weight": array(4, 3, 3, 2), "0.bias": array(4)})
LAYERS = recipe.read("conv2d(4, (3, 2))")
TRIES = 1500


def damaged(data: bytes, chance: random.Random) -> memoryview:
    """Return a file in which up to three places are otherwise."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(made))
        match chance.randrange(3):
            case 0:
                made[at] = chance.randrange(256)
            case 1:
                made[at:at] = chance.randbytes(chance.randint(1, 4))
            case _:
                del made[at : at + chance.randint(1, 20)]
    return memoryview(bytes(made))


def test_a_damaged_file_is_read_or_refused():
    chance, refused = random.Random(7), 0  # noqa: S311 - not a secret
    for number in range(TRIES):
        numbers = number % 10 == 0
        data = damaged(NUMBERS if numbers else chance.choice(FILES), chance)
        try:
            imported = read_safetensors(data, LAYERS, (3, 10, 9)) if numbers else read_onnx(data)
            said = str(imported.misfit)
        except Mistake as mistake:
            refused, said = refused + 1, str(mistake)
        assert 0 < len(said) < 600
    assert TRIES // 2 < refused < TRIES
