"""The examples of the API's description, which work as they stand."""

from typing import Any, get_args

from app.classroom.lesson import read_lesson
from app.classroom.lesson_document import document_of
from app.classroom.poll import Poll
from app.classroom.yaml_file import write_yaml
from app.explorer.first import FIRST
from app.pictures.picture import Fit, Mode, Resample
from app.pipeline import recipe
from app.pipeline.document import Document, ImageInput
from app.training.training import read_training
from app.trainings.trainings import lasting_id

PLAIN = Document(
    input=ImageInput(image="chelsea", height=32, width=32),
    layers=recipe.read("conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)"),
)
CLASSES = Document(
    input=ImageInput(image="chelsea", height=16, width=16),
    layers=recipe.read("conv2d(4, 3, weights=random(7)) | relu | max_pool2d(2) | linear(3) | softmax"),
)
KEPT = (FIRST, PLAIN, CLASSES)  # kept for ever, so that the examples' ids are always there

TRAINING = read_training(
    {
        "data": {"set": "shapes", "size": 12, "per_class": 4},
        "recipe": "conv2d(4, 5) | relu | max_pool2d(2) | linear(4) | softmax",
        "batch_size": 4,
        "epochs": 2,
    }
)  # kept for ever too, before its first batch

LESSON = read_lesson(
    {
        "title": "One number on Monday",
        "language": "en",
        "steps": [
            {
                "address": "/?image=coffee&size=32&scale=byte&recipe=conv2d(6, 5)&at=0.3.7.16",
                "sentence": "One window, one filter: one number.",
                "question": {"kind": "sign"},
                "notes": "Let them guess the sign first.",
            },
            {
                "address": "/?image=coffee&size=32&scale=byte&recipe=conv2d(6, 5)&view=map",
                "sentence": "All {places} numbers of a map.",
                "task": {"do": "Go to the last column.", "until": {"column": "last"}},
            },
        ],
    }
)
LESSON_ID = "examp2e2ess3"  # under which it is kept for ever
LESSON_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/PostedLesson"},
            "example": document_of(LESSON),
        },
        "application/yaml": {"schema": {"type": "string"}, "example": write_yaml(LESSON)},
    },
}

OWNER: dict[str, Any] = {"security": [{"bearer": []}]}  # who sends the token or key of what is asked about …
ANYBODY: dict[str, Any] = {"security": [{}, {"bearer": []}]}  # … or may send one
RUN_ID = {"chelsea": {"value": PLAIN.id}}
TRAINING_ID = {"shapes": {"value": lasting_id(TRAINING)}}
CLASSES_ID = {"classes": {"value": CLASSES.id}}
FILE = {
    "type": "string",
    "format": "binary",
    "contentMediaType": "application/octet-stream",
    "description": "A file, or its data: address.",
}
PICTURE = (  # 2×2 pixels, written as a browser's canvas gives a file
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAF0lEQVR42mM4oaHx4YQNg03FiV+/fgEALNIHd8nF9d"
    "kAAAAASUVORK5CYII="
)
UPLOAD_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "example": {"file": PICTURE},
            "schema": {"type": "object", "required": ["file"], "properties": {"file": FILE}},
        }
    },
}
NETWORK = (  # an ONNX file of one convolution, 2×2, on pictures of 4×4
    "data:application/octet-stream;base64,"
    "CAgSADpdCg8KAXgKAXcSAXkiBENvbnYSAWcqHwgBCAEIAggCEAFCAXdKEAAAgD8AAAAAAAAAAAAAgL9aGwoBeBIWChQIARIQCgII"
    "AQoCCAEKAggECgIIBGIJCgF5EgQKAggBQgQKABAN"
)
MODES = [*get_args(Mode)]
FIT: dict[str, Any] = {"type": "string", "enum": [*get_args(Fit)], "default": "cover"}
RESAMPLE: dict[str, Any] = {"type": "string", "enum": [*get_args(Resample)], "default": "box"}
SAID_OF_MODEL: dict[str, Any] = {
    "title": {"type": "string", "description": "Left out: the name of the file."},
    **{name: {"type": "integer", "minimum": 1} for name in ("height", "width")},
    "mode": {"type": "string", "enum": MODES},
    "fit": FIT,
    "resample": RESAMPLE,
}
MODEL_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "example": {"file": NETWORK, "scale": "byte"},
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": FILE,
                    **SAID_OF_MODEL,
                    "classes": {
                        "type": "string",
                        "description": "A JSON list: what the last outputs stand for.",
                    },
                    "scale": {"type": "string", "default": "unit"},
                    "channels": {
                        "type": "string",
                        "enum": ["RGB", "BGR"],
                        "default": "RGB",
                        "description": "BGR: the weights of the first layer are turned, for pictures are RGB here.",
                    },
                    "truncate": {
                        "type": "boolean",
                        "default": False,
                        "description": "Keep what comes before the first node that does not fit.",
                    },
                    "recipe": {"type": "string", "description": "The layers of a .safetensors file."},
                    "layers": {"type": "string", "description": "In place of a recipe: the JSON list of layers."},
                },
            },
        }
    },
}
MODEL_CHANGE: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "example": {"title": "Cats and dogs", "scale": "byte"},
            "schema": {"$ref": "#/components/schemas/ModelChange"},
        }
    },
}
FORM_FIELDS: dict[str, Any] = {
    "image": {"type": "string", "description": "In place of a file: the id of an upload or a gallery picture."},
    "values": {"type": "string", "description": "In place of a picture: nested lists [channel][row][column]."},
    "recipe": {"type": "string"},
    "layers": {"type": "string", "description": "In place of a recipe: the JSON list of layers."},
    **{name: {"type": "integer", "minimum": 1} for name in ("size", "height", "width")},
    "fit": FIT,
    "resample": RESAMPLE,
    "mode": {"type": "string", "enum": MODES, "default": "RGB"},
    "scale": {"type": "string", "default": "unit"},
}
RUN_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/PostedDocument"},
            "examples": {
                "layers": {
                    "summary": "a list of layers",
                    "value": {
                        "input": {"image": "chelsea", "height": 32, "width": 32},
                        "layers": [
                            {
                                "type": "conv2d",
                                "out_channels": 6,
                                "kernel_size": 5,
                                "weights": {"init": "random", "seed": 7},
                            },
                            {"type": "relu"},
                            {"type": "max_pool2d", "kernel_size": 2},
                        ],
                    },
                },
                "recipe": {
                    "summary": "a recipe",
                    "value": {
                        "input": {"image": "coffee", "height": 64, "width": 64},
                        "recipe": 'conv2d(weights=preset("sobel_x", "gaussian")) | relu',
                    },
                },
                "model": {
                    "summary": "a trained model, on its own size and scale",
                    "value": {"input": {"image": "chelsea"}, "recipe": 'model("cifar10")'},
                },
                "values": {
                    "summary": "numbers",
                    "value": {
                        "input": {"values": [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]},
                        "recipe": "conv2d(weights=values([[[[1, 0], [0, -1]]]]))",
                    },
                },
            },
        },
        "multipart/form-data": {
            "schema": {"type": "object", "properties": {"file": FILE, **FORM_FIELDS}},
            "example": {"file": PICTURE, "size": 32, "recipe": "conv2d(6, 5, weights=random(7)) | relu"},
        },
    },
}
BATCH_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/x-ndjson": {
            "schema": {"type": "string", "description": "A document a line, at most 64."},
            "example": '{"input": {"image": "chelsea", "height": 32, "width": 32}, "recipe": "conv2d(6, 5) | relu"}\n'
            '{"input": {"image": "coffee", "height": 32, "width": 32}, "recipe": "conv2d(6, 5) | relu"}\n',
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "array", "items": FILE, "minItems": 1, "maxItems": 64},
                    **{name: field for name, field in FORM_FIELDS.items() if name not in ("image", "values")},
                },
            },
            "example": {"file": [PICTURE], "size": 32, "recipe": "conv2d(6, 5) | relu"},
        },
    },
}
LINKED = {"image": "chelsea", "size": 32, "recipe": "conv2d(6, 5, weights=random(7)) | relu"}
PLACE_FIELDS: dict[str, Any] = {
    "layer": {"description": "The layer, from 0; `input` is the input.", "type": "string"},
    "channel": {"description": "One channel, from 0; all of them where left out.", "type": "integer", "minimum": 0},
    "at": {"description": "A place, as links have it: layer.channel.row.column.", "type": "string"},
}


def _query(fields: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an address, with an example of some."""
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": schema,
                **({"example": example[name]} if name in example else {}),
            }
            for name, schema in fields.items()
        ],
    }


RUN_QUERY = _query(FORM_FIELDS, LINKED)
MAPS_QUERY = _query({**FORM_FIELDS, **PLACE_FIELDS}, {**LINKED, "layer": 1})
STEP_QUERY = _query({**FORM_FIELDS, **PLACE_FIELDS}, {**LINKED, "at": "0.3.7.16"})


LINK_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["address"],
                "properties": {"address": {"type": "string", "description": "As the address bar has it, from / on."}},
            },
            "example": {"address": "/?image=chelsea&size=32&recipe=conv2d(6, 5)&at=0.3.7.16&view=flat"},
        }
    },
}


TRAINING_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/PostedTraining"},
            "example": {
                "data": {
                    "set": "shapes",
                    "size": 16,
                    "classes": ["circle", "cross", "line", "square"],
                    "per_class": 200,
                },
                "recipe": "conv2d(8, 5) | relu | max_pool2d(2) | linear(4) | softmax",
                "optimizer": {"type": "sgd", "learning_rate": 0.05, "momentum": 0.9},
                "batch_size": 16,
                "epochs": 12,
                "seed": 7,
            },
        }
    },
}


ROOM = "CNVSCP"  # stays for ever, and nobody leads it
ROOM_ADDRESS = "/?image=chelsea&size=32&recipe=conv2d(6, 5)&at=0.3.7.16"
ROOM_POLL = Poll("With a filter of 5 × 5, how many places in a row?", ("27", "28", "29", "32"), "28", ROOM_ADDRESS)
ROOM_CODE = {"open": {"value": ROOM}}


def _fields(example: dict[str, Any], required: tuple[str, ...] = (), **help_of: str) -> dict[str, Any]:
    """Return the body of a request about a room: its fields are texts, but for choices, answer and blank."""
    kinds: dict[str, dict[str, Any]] = {
        "choices": {"type": "array", "items": {"type": "string"}},
        "blank": {"type": "boolean"},
        "answer": {"type": ["string", "integer"]},
    }
    properties = {name: {**kinds.get(name, {"type": "string"}), "description": text} for name, text in help_of.items()}
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        **({"required": list(required)} if required else {}),
    }
    return {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}


WHERE = "As the address bar has it, from / on: a state of the explorer, or a step of a lesson."
ROOM_BODY = _fields({"address": ROOM_ADDRESS}, ("address",), address=WHERE)
MOVE_BODY = _fields({"address": ROOM_ADDRESS}, address=WHERE, blank="Whether the screen in front is blank.")
POLL_BODY = _fields(
    {"question": ROOM_POLL.question, "choices": list(ROOM_POLL.choices), "right": ROOM_POLL.right},
    question="At most 300 characters.",
    kind="choice, or number where a number is to be typed; then without choices.",
    choices="Two to six, of at most 120 characters.",
    right="One of them, or a number; not told before it is shown.",
    address="What it is about; left out: where the room is.",
    state="Alone, in place of all others: shown or closed.",
)
ANSWER_BODY = _fields({"answer": "28"}, ("answer",), answer="One of the choices, or its number from 0.")
