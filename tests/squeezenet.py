"""SqueezeNet as it ships, run on a picture of the gallery: once for all tests that look at it."""

from functools import lru_cache

from app.layers import models
from app.models import SHIPPED
from app.pictures import gallery
from app.pipeline.document import Document, read_document
from app.pipeline.plan import Stage, plan
from app.results import Result, input_result, layer_result
from tests.pipelines import PLENTY

WHOLE = 'model("squeezenet")'


def planned(image: str) -> tuple[Document, tuple[Stage, ...]]:
    """Return the document, and its plan."""
    models.register(SHIPPED)
    try:
        document = read_document({"input": {"image": image}, "recipe": WHOLE})
        return document, plan(document, (3, 227, 227), **PLENTY)
    finally:
        models.forget(SHIPPED)


@lru_cache(3)
def results(image: str) -> tuple[Result, ...]:
    """Return what the input and each of the layers give."""
    document, stages = planned(image)
    models.register(SHIPPED)
    try:
        found = [input_result(document.input, gallery.load(image), (3, 227, 227))]
        for stage in stages:
            found.append(layer_result(stage, [found[index + 1] for index in stage.inputs]))
    finally:
        models.forget(SHIPPED)
    return tuple(found)
