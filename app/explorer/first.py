"""The state that everyone meets first."""

from app.pipeline import recipe
from app.pipeline.document import Document, ImageInput

FIRST_RECIPE = 'conv2d(weights=preset("edge_x", "edge_y", "line", "warm", "spot", "hue_edge")) | relu | max_pool2d(2)'
FIRST = Document(
    # Whole numbers 0..255 times two-decimal weights: every product and sum is exact in hundredths.
    input=ImageInput(image="coffee", height=32, width=32, scale="byte"),
    layers=recipe.read(FIRST_RECIPE),
)
FIRST_PLACE = "0.3.7.16"
