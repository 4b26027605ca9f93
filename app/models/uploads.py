"""Networks of visitors: read from files, kept until they expire, and given like those that ship.

    file ─ importing ─► layers with their numbers ─┬─► numbers/<id>-<layer>   each layer's, float32, as .safetensors
                                                   └─► model/<id>             all that is said of it

Numbers are written first: whatever the last one names is there. An id is drawn by lot, so that nobody has a network
under the same id as somebody else; its numbers never change.
"""

import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load, save

from app.errors import Forbidden, Mistake, NotFound
from app.importing.channels import reading_colours, turned
from app.importing.imported import Imported
from app.layers import Layer
from app.layers.layer import Weights
from app.layers.models import Model, Shapes
from app.layers.numbers import Array
from app.layers.reading import read_layer
from app.layers.weights import RandomWeights
from app.models.said import Said, check_classes, input_of, own_input, shape_read
from app.pictures.picture import wanted_size
from app.pipeline.document import Document
from app.pipeline.plan import Stage, plan
from app.pipeline.whole_model import layers_of
from app.settings import Settings
from app.storage import Recall, Store

log = logging.getLogger(__name__)
MOST = 100  # models that are kept as they were read
UNNAMED = "A network of your own"


class Uploads:
    """Keeps the networks of visitors; a source of models (app/layers/models.py)."""

    def __init__(self, settings: Settings, store: Store, key: bytes) -> None:
        self._settings = settings
        self._store = store
        self._key = key
        self._known = Recall(self._found)  # by id

    # ---- what layers ask for

    def model(self, name: str) -> Model | None:
        """Return what is known of the model under this id; None where it is none, or no longer."""
        found = self._known.get(name)
        gone = found is not None and found.expires_at is not None and found.expires_at.timestamp() <= self._store.now()
        return None if gone else found

    def arrays(self, name: str, layer: int, epoch: int | None) -> Mapping[str, Array]:
        """Return what a layer of a model learned, by name."""
        data = self._store.get("numbers", f"{name}-{layer}")
        try:
            arrays = load(data) if data is not None else None
        except SafetensorError:
            log.warning("The numbers of the model %s are torn in the store.", name)
            arrays = None
        if arrays is None:
            raise NotFound("The model {id} has expired, and its numbers with it.", id=name)
        for array in arrays.values():
            array.flags.writeable = False
        return arrays

    def _found(self, name: str) -> Model | None:
        data = self._store.get("model", name)
        expiry = self._store.expires_at("model", name) if data is not None else None
        if data is None or expiry is None:
            return None
        try:
            return replace(_read(name, data), expires_at=datetime.fromtimestamp(expiry, UTC))
        except (Mistake, ValueError, KeyError, TypeError):
            log.warning("The model %s is torn in the store.", name)
            return None

    # ---- what their owners do, in threads that may wait for the store

    def add(self, imported: Imported, said: Said) -> Model:
        """Keep a network that has been read from a file; raise Unfit where it is too dear, or is not as it is said."""
        source = input_of(said.input, imported.shape)
        stages = self._stages(imported.layers, source)
        classes = said.classes or ()
        check_classes(classes, stages[-1].output_shape[0] if stages else 0)
        learned = [stage.layer.weights_for(stage.input_shape) if stage.layer.learned else {} for stage in stages]
        shapes: list[Shapes] = [{name: array.shape for name, array in arrays.items()} for arrays in learned]
        colours = reading_colours(imported.layers, shapes, imported.shape) if said.channels == "BGR" else ()
        name, ttl = secrets.token_hex(16), self._settings.upload_ttl
        for index, arrays in enumerate(learned):
            if arrays:
                self._keep(name, index, arrays, turn=index in colours)
        record = {
            "title": said.title or imported.title or UNNAMED,
            "input": source,
            "classes": classes,
            "layers": [layer.weighing(RandomWeights()).fields("json") for layer in imported.layers],
            "shapes": shapes,
            "blue_first": said.channels == "BGR",
        }
        self._store.put("model", name, json.dumps(record).encode(), ttl)
        return self.found(name)

    def blue_first(self, name: str, tokens: Iterable[str]) -> Model:
        """Put in place of a network the one that reads its colours the other way round, under an id of its own.

        Again: as it was.
        """
        model = self.found(name)
        self._check_owner(name, tokens)
        colours = reading_colours(model.layers, model.shapes, shape_read(own_input(model.input)))
        other, ttl = secrets.token_hex(16), self._settings.upload_ttl
        for index, shapes in enumerate(model.shapes):
            if shapes:
                self._keep(other, index, self.arrays(name, index, None), turn=index in colours)
        record = self._record(name)
        record["blue_first"] = not record.get("blue_first")
        self._store.put("model", other, json.dumps(record).encode(), ttl)
        self.delete(name, tokens)
        return self.found(other)

    def _keep(self, name: str, index: int, arrays: Weights, *, turn: bool) -> None:
        """Keep what a layer learned; `turn`: with its colours the other way round."""
        kept = _turned(arrays) if turn else dict(arrays)
        self._store.put("numbers", f"{name}-{index}", save(kept), self._settings.upload_ttl)

    def change(self, name: str, said: Said, tokens: Iterable[str]) -> Model:
        """Say otherwise what was said of a network; raise Forbidden, or Unfit where it does not fit."""
        model = self.found(name)
        self._check_owner(name, tokens)
        source = input_of({**model.input, **said.input}, shape_read(own_input(model.input)))
        stages = self.stages(replace(model, input=source))
        classes = model.classes if said.classes is None else said.classes
        check_classes(classes, stages[-1].output_shape[0] if stages else 0)
        record = {**self._record(name), "title": said.title or model.title, "input": source, "classes": classes}
        expiry = self._store.expires_at("model", name) or 0.0
        left = max(1, int(expiry - self._store.now()))
        self._store.put("model", name, json.dumps(record).encode(), left)
        self.forget(name)
        return self.found(name)

    def delete(self, name: str, tokens: Iterable[str]) -> None:
        """Let a network go; raise NotFound or Forbidden. Its runs are gone with it."""
        model = self.found(name)
        self._check_owner(name, tokens)
        self._store.delete("model", name)
        for layer, shapes in enumerate(model.shapes):
            if shapes:
                self._store.delete("numbers", f"{name}-{layer}")
        self.forget(name)

    def stages(self, model: Model) -> tuple[Stage, ...]:
        """Return what is known of the layers of a network on its own input."""
        return self._stages(layers_of(model, None), model.input)

    def found(self, name: str) -> Model:
        """Return the model under an id, as the store has it; raise NotFound."""
        if (model := self._found(name)) is None:
            raise no_model(name)
        return model

    def is_blue_first(self, name: str) -> bool:
        """Tell whether a network was made for pictures whose channels are blue, green, red, and so was turned."""
        return bool(self._record(name).get("blue_first"))

    def _record(self, name: str) -> dict[str, Any]:
        """Return all that is said of a network; raise NotFound where it is gone."""
        data = self._store.get("model", name)
        if data is None:
            raise no_model(name)
        record: dict[str, Any] = json.loads(data)
        return record

    def forget(self, name: str) -> None:
        """Ask the store again the next time."""
        self._known.forget(name)

    def token(self, name: str) -> str:
        """Return what proves that one has uploaded a network."""
        return hmac.new(self._key, b"model " + name.encode(), hashlib.sha256).hexdigest()[:32]

    def owns(self, name: str, tokens: Iterable[str]) -> bool:
        """Tell whether whoever holds `tokens` has uploaded a network."""
        own = self.token(name).encode()
        return any(hmac.compare_digest(token.encode(), own) for token in tokens)

    def _check_owner(self, name: str, tokens: Iterable[str]) -> None:
        if not self.owns(name, tokens):
            raise Forbidden(
                "Changing or deleting a model needs the token that its upload returned, in the header Authorization: "
                "Bearer <token>."
            )

    def _stages(self, layers: Iterable[Layer], source: Mapping[str, object]) -> tuple[Stage, ...]:
        own = own_input(source)
        wanted_size((1, 1), own.height, own.width, self._settings.working_max_pixels)
        return plan(
            Document(input=own, layers=tuple(layers)),
            shape_read(own),
            most_multiplications=self._settings.run_max_multiplications,
            most_bytes=self._settings.run_max_bytes,
        )


def no_model(name: str) -> NotFound:
    """Return what is told of an id that leads nowhere."""
    return NotFound("There is no model {name}, or it has expired; upload it again.", name=name[:64])


def _turned(arrays: Weights) -> dict[str, Array]:
    return {**arrays, "weight": turned(arrays["weight"])}


@lru_cache(MOST)
def _read(name: str, data: bytes) -> Model:
    """Return the model that the store has."""
    record = json.loads(data)
    return Model(
        id=name,
        title=record["title"],
        input=record["input"],
        layers=tuple(map(read_layer, record["layers"])),
        shapes=tuple({array: tuple(shape) for array, shape in shapes.items()} for shapes in record["shapes"]),
        classes=tuple(record["classes"]),
        epochs=(),
        source="An upload",
    )
