"""Whatever the forms and the parts of the page are asked, the answer is a page or a sentence, and in little time.

Fields have their own names and nearly their own values: a form of the explorer with anything in any place.
"""

import os
import re
import time
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.explorer.editing.edits import OPERATIONS
from app.explorer.editing.filter_edits import CHANGES
from app.explorer.looks.registry import LOOKS
from app.explorer.options import OPTIONS
from app.layers import LAYERS
from app.main import create_app
from app.numerics.kernels import KERNELS
from app.settings import Settings
from app.web.pages.explorer import pages
from app.web.pages.filter_parts import filter_parts
from app.web.pages.picture_tools import picture_tools
from tests.samples import gradient, saved

LONG_RUN = os.environ.get("HYPOTHESIS_PROFILE") == "long"
MOST_CPU = 2.0  # seconds of one request
RECIPES = [
    "conv2d(4, (3, 2), padding=(1, 0), stride=(1, 2), groups=1) | relu | max_pool2d((2, 3)) | conv2d(3, 1)",
    'conv2d(weights=preset("sobel_x", "warm")) | batch_norm2d | tanh | avg_pool2d(2, 1)',
    "conv2d(weights=values([[[[1, 2], [0.5, -3]], [[1, 2], [0, 1]], [[0, 0], [1, 1]]]], [0.5])) | sigmoid",
    "conv2d(3, 3, groups=3, dilation=2) | leaky_relu | global_avg_pool2d | flatten | linear(5) | softmax",
    "linear(3, weights=random(4)) | softmax",
    'model("digits")',
    'conv2d(weights=trained("cifar10", 0, epoch=0)) | relu',
    "max_pool2d(2, padding=1, ceil_mode=True)",
    "relu",
    "",
]
WORDS = [
    "0", "1", "2", "3", "7", "15", "16", "99", "255", "256", "-1", "-0", "+1", "1.5", "1e9", "1e999", "nan", "inf",
    "000000000999", "9999999999", "٣", "²", "−3", "3×5", "same", "valid", "true", "false", "RGB", "L", "chelsea",
    "coffee", "nobody", "cover", "contain", "byte", "unit", "mean:0.5;std:0.2", "scale", "zeros", "reflect",
    "#ff8800", "#000000", "relu(", "é", "<b>", "{x}", "%s", "0.0.0.1", "0.1.3.4", "1.0.0.0", "9.9.9.9", "0.0.1",
    "i.0.3.4", "i.0.3.4.1", "w.0.1.1", "w.0", "o", "h.1", "s.1.2", "s.-3.0", "t.5.fan", "local", "full",
    "0.weights", "0.gallery", "1.pattern", "0.fresh", "above", "winner", "sums", "12,5", "1,234", "d2", "s4", "own",
    "±2", "signed", "grey", "one", "strength", "image:coffee", "seed:3", "layer:0", "channel:1", "padding:2",
    "kernel_size:99", "pictures", "camera", "image:nobody", "stride:0", "layer:99", "seed:999999999999999", "2000",
    "20000", "4096", "digits", "tiny", 'model("digits", epoch=1)', 'model("nobody")', "epoch:0",
    "", "3, 2", "9" * 5000, "-" * 480, "a+" * 499 + "a", "[" * 900, "\x00", "\ud800", "run:" + "0" * 32, "x" * 300,
]  # fmt: skip
NAMES = [
    "image",
    "size",
    "height",
    "width",
    "fit",
    "mode",
    "scale",
    "recipe",
    "run",
    "layers",
    "at",
    "view",
    "edit",
    "pin",
    "sheet",
    "guess",
    "path",
    "layer",
    "to_channel",
    "to_row",
    "to_column",
    *OPTIONS,
]
FIELDS = sorted({name for kind in LAYERS.values() for name in kind.model_fields})
VALUE = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=6),
    st.integers(-3, 40).map(str),
    st.lists(st.integers(0, 12).map(str), min_size=2, max_size=5).map(".".join),
)
PLACE = st.lists(st.one_of(st.integers(0, 4).map(str), st.sampled_from(WORDS[:22])), min_size=3, max_size=3).map(
    ".".join
)
CHANGED = st.builds(
    lambda name, at: f"{name}.{at}" if at else name, st.sampled_from([*CHANGES, "fly"]), st.sampled_from(["", "0", "9"])
)
STATE = st.fixed_dictionaries(
    {
        "image": st.sampled_from(["chelsea", "impulse"]),
        "size": st.sampled_from(["8", "12", "13"]),
        "recipe": st.sampled_from(RECIPES),
    },
    optional={
        "at": st.sampled_from(["0.0.0.1", "0.1.3.4", "1.2.1.1", "3.0.0.0", "9.9.9.9"]),
        "view": st.sampled_from([*LOOKS]),
        "mode": st.sampled_from(["L", "RGB"]),
        "with": st.sampled_from([word for word in WORDS if ":" in word]),
        "projector": st.just("1"),
        "predict": st.sampled_from(["1", "sign", "winner", "sums"]),
    },
)
ODD = st.dictionaries(st.sampled_from(NAMES), VALUE, max_size=3)
EDITS = st.fixed_dictionaries(
    {"op": st.sampled_from([*OPERATIONS, "fly"]), "layer": st.one_of(st.sampled_from(["0", "0", "1", "2"]), VALUE)},
    optional={
        "field": st.sampled_from(FIELDS),
        "value": VALUE,
        "step": VALUE,
        "by": VALUE,
        "seed": VALUE,
        "channel": st.one_of(st.sampled_from(["", "0", "1"]), VALUE),
        "change": CHANGED,
        "kernel": st.sampled_from([*KERNELS]),
        "scope": st.sampled_from(["one", "all"]),
        "bias": VALUE,
        "names": st.lists(st.sampled_from([*KERNELS, "nobody"]), max_size=3).map(",".join),
        "shape": VALUE,
        "shapes": st.sampled_from(["300.9.9", "99999999.9.9 1.1.1", "x"]),
    },
)
CELLS = st.dictionaries(st.builds("{}.{}".format, st.sampled_from("pw"), PLACE), VALUE, max_size=3)
RECTANGLE = st.dictionaries(
    st.sampled_from(
        [
            "top",
            "left",
            "tall",
            "wide",
            "cell",
            "channel",
            "rows",
            "columns",
            "shift",
            "extent",
            "colour",
            "side",
            "from",
            "layout",
        ]
    ),
    VALUE,
    max_size=5,
)
PARTS = [
    "/parts/plate/{run}",
    "/parts/sum/{run}",
    "/parts/pointing/{run}",
    "/parts/look/{run}",
    "/parts/shifted/{run}/{word}.png",
    "/parts/difference/{run}/{word}.png",
    "/parts/row/{run}/{word}.png",
    "/parts/preset/{run}/{kernel}.png",
    "/parts/kernel/{kernel}.png",
    "/parts/tiles/{run}/{word}.png",
    "/picture/draw",
    "/picture/crop",
    "/picture/cells",
    "/picture/camera",
    "/picture/{word}",
    "/picture/shrunk.png",
    "/",
    "/embed",
    "/scale.png",
    "/palettes.bin",
    "/thumb/{word}.png",
]
FORMS = ["/edit", "/parts/filtered", "/upload", "/parts/live", "/parts/why", "/picture/{tool}", "/picture/block"]
BLOCKS = ["1 2\n3 4", "[[[1, 2], [3, 4]]]", "1/9\t−3\n\n", "[" * 9000, "1," * 9000, "1/" * 9000, "1e9999 nan", "1/0"]
EACH = settings(
    max_examples=6000 if LONG_RUN else 120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PICTURE = saved(gradient(20, 14), "PNG")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


def sendable(fields):
    """Fields as a browser can send them: half a surrogate pair cannot be."""
    return {name: value.encode(errors="replace").decode() for name, value in fields.items()}


def check(ask):
    """Let an answer be a page or a sentence, that took little of this process's time."""
    before = time.process_time()
    answer = ask()
    spent = time.process_time() - before
    assert answer.status_code < 500, answer.text[-2000:]
    assert spent < MOST_CPU, f"{spent:.1f} s of CPU"
    assert len(answer.content) < 3_000_000


@EACH
@given(
    state=STATE,
    edit=EDITS,
    cells=CELLS,
    odd=ODD,
    script=st.booleans(),
    path=st.sampled_from(["/edit", "/edit", "/parts/filtered"]),
)
def test_any_edit_is_a_page_or_a_sentence(client, state, edit, cells, odd, script, path):
    fields = sendable({**state, **edit, **cells, **odd})
    headers = {"HX-Request": "true"} if script else {}
    check(lambda: client.post(path, data=fields, headers=headers, follow_redirects=False))


@EACH
@given(
    state=STATE,
    rectangle=RECTANGLE,
    cells=CELLS,
    odd=ODD,
    file=st.sampled_from([None, PICTURE, PICTURE[:50], b"no", b""]),
    path=st.sampled_from(
        [
            "/picture/draw",
            "/picture/crop",
            "/picture/cells",
            "/picture/camera",
            "/picture/paint",
            "/picture/block",
            "/upload",
            "/parts/live",
            "/parts/why",
        ]
    ),
    block=st.one_of(st.sampled_from(BLOCKS), VALUE),
)
def test_any_picture_is_a_page_or_a_sentence(client, state, rectangle, cells, odd, file, path, block):
    fields = sendable({**state, "block": block, **rectangle, **cells, **odd})
    files = {} if file is None else {"files": {"file": ("a.png", file, "image/png")}}
    check(lambda: client.post(path, data=fields, follow_redirects=False, **files))


@EACH
@given(
    state=STATE,
    odd=ODD,
    more=RECTANGLE,
    path=st.sampled_from(PARTS),
    word=st.one_of(st.sampled_from(["0", "1", "input"]), VALUE),
    kernel=st.sampled_from([*KERNELS, "nobody"]),
    at=st.one_of(st.sampled_from(["0.0.1.1", "1.0.0.0", "0.1.0.0"]), VALUE),
)
def test_any_part_is_drawn_or_not_there(client, state, odd, more, path, word, kernel, at):
    made = client.get("/api/v1/runs", params=state)
    run = made.json()["id"] if made.status_code == 200 else "0" * 32
    quoted = "".join(f"%{byte:02x}" for byte in word.encode(errors="replace")[:200]) or "%20"
    inside = {} if path.startswith("/picture") or "run" not in path else {"at": at, "view": state.get("view", "")}
    query = urlencode(sendable({**({} if inside else state), **inside, **more, **odd}))[:8000]
    check(lambda: client.get(f"{path.format(run=run, word=quoted, kernel=kernel)}?{query}", follow_redirects=False))


def usual(recipe, size=8):
    """Return the fields of a recipe on a picture of some size; a model reads pictures of its own size."""
    return {"image": "chelsea", "recipe": recipe} | ({} if recipe.startswith("model(") else {"size": size})


@pytest.fixture(scope="module")
def runs(client):
    """Ids of runs that a page may have stood on, of two that are none, and of one that is not there."""
    made = [client.get("/api/v1/runs", params=usual(each)) for each in RECIPES]
    return [*(answer.json()["id"] for answer in made), "0" * 32, "..", ""]


@settings(EACH, max_examples=EACH.max_examples // 2)
@given(
    run=st.integers(0, len(RECIPES) + 2),
    after=st.sampled_from(RECIPES),
    odd=ODD,
    edit=st.sampled_from(["", "0", "1.weights", "9.gallery", "0.fresh", "x"]),
    torn=st.one_of(st.just(b""), st.binary(max_size=8)),
    at=st.integers(0, 60),
    way=st.sampled_from(["", "undo", "redo", "%s{what}"]),
)
def test_wherever_a_page_says_that_it_came_from_it_is_answered(client, runs, run, after, odd, edit, torn, at, way):
    said = urlencode(sendable({"run": runs[run], "edit": edit, **odd})).encode()
    said = re.sub(rb"[\x00\r\n]", b" ", said[:at] + torn + said[at:]).strip() if torn else said
    headers = {"HX-Request": "true", "CS-From": said, "CS-Way": way}
    fields = usual(after)
    check(lambda: client.get("/", params=fields, headers=headers))


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_is_fuzzed_begins_with_a_run(client, recipe):
    assert client.get("/", params=usual(recipe, 13)).status_code == 200


def test_every_address_of_a_part_is_fuzzed():
    """A part that is added has its place in the lists above, or this says so."""

    def shape(path):
        return re.sub(r"\{[^}]*\}", "*", path)

    known = {shape(path) for path in (*PARTS, *FORMS)}
    routes = [*pages.routes, *filter_parts.routes, *picture_tools.routes]
    made = {route.path for route in routes if route.path.startswith(("/parts", "/picture"))}
    assert made
    assert {path for path in made if shape(path) not in known} == set()
