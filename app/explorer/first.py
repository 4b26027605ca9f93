"""The state that everyone meets first, and where a trained network is met first."""

from app.explorer.state import HELD, State
from app.layers.models import Model
from app.pipeline import recipe
from app.pipeline.document import Document, ImageInput

FIRST_RECIPE = 'conv2d(weights=preset("edge_x", "edge_y", "line", "warm", "spot", "hue_edge")) | relu | max_pool2d(2)'
FIRST = Document(
    # Whole numbers 0..255 times two-decimal weights: every product and sum is exact in hundredths.
    input=ImageInput(image="coffee", height=32, width=32, scale="byte"),
    layers=recipe.read(FIRST_RECIPE),
)
FIRST_PLACE = "0.3.7.16"

DRESS = frozenset(("lang", "theme"))  # options that make no other state of it


def is_first(state: State) -> bool:
    """Tell whether a state is the one that everyone meets first, as it is met: a link that holds another says more."""
    if state.path != "/" or state.view != "figure" or state.at != FIRST_PLACE:
        return False
    plain = not any(getattr(state, name) for name in HELD) and {name for name, _ in state.options} <= DRESS
    return plain and state.document.id == FIRST.id


def place_in(model: Model) -> str:
    """Return where a trained network is opened, as `at`: in the middle of its first map, of which half is then seen."""
    sees = ImageInput(image="coffee", **model.input)
    _, rows, columns = model.layers[0].output_shape((sees.channels, model.input["height"], model.input["width"]))
    return f"0.0.{rows // 2}.{columns // 2}"
