"""The English that stands on a page in another language: words that nobody has translated.

Names stay: of layers and their fields, of filters, of keys, files and frameworks. What is code, an address, or what a
visitor has typed is no language at all.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from app.layers import LAYERS
from app.numerics.kernels import KERNELS
from app.pipeline.document import ImageInput
from tests.pages.reading import Element

# What people in China write in Latin letters, too.
NAMES = {
    "POST",
    *(
        "Convscope",
        "PyTorch",
        "TensorFlow",
        "Keras",
        "NumPy",
        "ONNX",
        "SqueezeNet",
        "LeNet",
        "ImageNet",
        "CIFAR",
        "VGG",
    ),
    *("ReLU", "SGD", "Adam", "Python", "JavaScript", "JSON", "YAML", "PDF", "PNG", "SVG", "API", "RGB", "BGR", "QR"),
    *("Wi-Fi", "ln", "exp", "max", "min", "eps", "px", "https", "localhost", "safetensors"),
    *("Tab", "Space", "Shift", "Esc", "Escape", "Enter", "Home", "End", "Ctrl", "Delete", "PgUp", "PgDn"),
    *("EN", "English", "Execute", "Try", "it", "out", "Authorize"),  # a language; buttons of Swagger UI
    *("random", "preset", "values", "trained", "data", "shapes", "digits", "examples"),  # in recipes and documents
    *("Pillow", "torchvision", "bilinear", "in_channels", "size", "spread"),
    *("zeros", "reflect", "replicate", "circular", "same", "valid"),  # what fields may be
}
CODED = {"code", "kbd", "script", "style", "math", "textarea", "samp"}
READ_OUT = ("aria-label", "aria-description", "aria-valuetext", "alt", "title", "placeholder")
WORD = re.compile(r"[A-Za-z][A-Za-z'’_-]+")
HAN = re.compile(r"[\u3400-\u9fff]")
CODE = re.compile(
    r"\{\w*\}|https?://\S+|/[\w./?=&<>%-]+|[\w-]+\.(?:onnx|safetensors|json|npy|npz|png|svg|yaml|csv|txt)\b|\.\w+\b"
    r"|\w*\d\w*|\w+\([^()]*(?:\([^()]*\))?[^()]*\)|[\"'][\w ./-]+[\"']"
)


def known() -> set[str]:
    """Return every name of the code that pages speak of: layers, their fields and what these may be, filters."""
    fields = {name for layer in (*LAYERS.values(), ImageInput) for name in layer.model_fields}
    return {word.lower() for word in (*NAMES, *LAYERS, *KERNELS, *fields)}


def words(text: str) -> list[str]:
    """Return the English words of a text."""
    names = known()
    return [word for word in WORD.findall(CODE.sub(" ", text)) if word.strip("'’-_").lower() not in names]


def texts(element: Element) -> Iterator[str]:
    """Yield all that a page says: what is read, what is read out, and what scripts say later, in data- attributes."""
    if element.tag in CODED or (element.tag == "a" and "hreflang" in element.attributes) or element.has("credit"):
        return
    for name, value in element.attributes.items():
        sentence = HAN.search(value) or (value[:1].isupper() and value.endswith((".", "?", "!", ":")))
        if name in READ_OUT or (name.startswith("data-") and sentence and value[0] not in "{[/#"):
            yield value
        if element.tag == "meta" and element.attributes.get("name") == "description" and name == "content":
            yield value
    for part in element.parts:
        if isinstance(part, Element):
            yield from texts(part)
        else:
            yield part


def english(page: Element, address: str = "") -> list[str]:
    """Return every text of a page that has English words, with these words; not those that its address has."""
    asked = " ".join(WORD.findall(unquote_plus(address)))
    left = ((text, [word for word in words(text) if not re.search(rf"\b{word}", asked)]) for text in texts(page))
    return [f"{' '.join(found)} — {' '.join(text.split())[:200]}" for text, found in left if found]
