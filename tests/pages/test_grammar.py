"""The page about recipes says what is read: each call, its order, its defaults, its values, and the limits."""

import ast
import html
import re

import pytest
from fastapi.testclient import TestClient

from app.errors import Mistake, RecipeMistake
from app.layers import LAYERS
from app.layers.reading import read_layer
from app.layers.weights import MAX_SEED
from app.pipeline import grammar
from app.pipeline.document import ImageInput, read_document
from app.pipeline.recipe import read

pytestmark = pytest.mark.reads

SAMPLE = {
    "out_channels": "6", "kernel_size": "(3, 5)", "stride": "2", "padding": "1", "negative_slope": "0.5", "scale": "3",
    "out_features": "7", "bias": "False", "inputs": "[-1, -1]",
}  # fmt: skip
CALLS = {call.name: call for call in grammar.layers()}
EVERY = pytest.mark.parametrize("kind", LAYERS)


@pytest.fixture
def page(client: TestClient) -> str:
    answer = client.get("/grammar?lang=en")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def shown(page: str, kind: str) -> ast.arguments:
    """Return the arguments of a call as the page writes them, read by Python."""
    (signature,) = re.findall(rf"<h3><code>({kind}\b.*?)</code></h3>", page)
    text = signature.replace("…", "None")
    tree = ast.parse(f"def {text if '(' in text else text + '()'}: pass").body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree.args


@EVERY
def test_a_call_may_give_its_values_in_the_order_of_the_page_and_no_others(page: str, kind: str) -> None:
    args = shown(page, kind)
    ordered = [argument.arg for argument in args.args]
    named = [argument.arg for argument in args.kwonlyargs]
    assert {*ordered, *named} | {"type", "inputs", "name"} == LAYERS[kind].model_fields.keys()
    needed = "".join(f", {name}={SAMPLE[name]}" for name in named if name == "inputs")
    values = ", ".join(SAMPLE[name] for name in ordered)
    fields = {name: ast.literal_eval(SAMPLE[name]) for name in [*ordered, *(["inputs"] if needed else [])]}
    if not needed:
        assert read(f"{kind}({values})") == (read_layer({"type": kind, **fields}),)
    with pytest.raises(RecipeMistake):
        read(f"{kind}({', '.join(filter(None, [values, '1']))}{needed})")


@EVERY
def test_a_default_is_what_is_meant_where_it_is_left_out(page: str, kind: str) -> None:
    args = shown(page, kind)
    given = dict(zip([argument.arg for argument in args.args][::-1], args.defaults[::-1], strict=False))
    given |= {each.arg: value for each, value in zip(args.kwonlyargs, args.kw_defaults, strict=True) if value}
    needed = [each.arg for each in (*args.args, *args.kwonlyargs) if each.arg not in given]
    start = ", ".join(f"{name}={SAMPLE[name]}" for name in needed)
    plain = read(f"{'relu | ' * 2}{kind}({start})")
    for name, value in given.items():
        if ast.unparse(value) != "None":
            said = f"{name}={ast.unparse(value)}"
            assert read(f"{'relu | ' * 2}{kind}({', '.join(filter(None, [start, said]))})") == plain


def test_sources_of_weights_and_models_are_there_with_their_arguments(page: str) -> None:
    for signature in (
        "random(seed=0)", 'preset(*names, spread="mean", bias=…)', "values(weight, bias=…)",
        "trained(model, layer, *, epoch=…)", "model(model, *, epoch=…)",
    ):  # fmt: skip
        assert f"<code>{signature}</code>" in page


def test_every_field_of_a_picture_is_there_and_each_value_it_names_is_taken(page: str) -> None:
    (table,) = re.findall(r"<h2>The picture</h2>(.*?)<h2>", page, re.DOTALL)
    for name in ImageInput.model_fields:
        (row,) = re.findall(rf"<code>{name}</code>(.*?)</tr>", table)
        for word in re.findall(r'<code>"(\w+)"</code>', row):
            read_document({"input": {"image": "chelsea", name: word}})
    assert set(re.findall(r'<code>"(\w+)"</code>', table)) == {
        "cover", "contain", "stretch", "box", "nearest", "bilinear", "bicubic", "lanczos", "RGB", "L", "unit", "byte",
    }  # fmt: skip


def test_each_scale_of_the_page_is_taken_as_it_stands(client: TestClient, page: str) -> None:
    scales = re.findall(r"<code>scale=(.*?)</code>", page)
    assert [scale.partition(":")[0] for scale in scales] == ["unit", "byte", "mean"]
    runs = {
        client.get("/api/v1/runs", params={"image": "chelsea", "size": 4, "scale": each}).json()["id"]
        for each in scales
    }
    assert len(runs) == 3
    (values,) = re.findall(r"<code>values=(.*?)</code>", page)
    assert client.get("/api/v1/runs", params={"values": values}).json()["input"]["shape"] == [1, 2, 2]


@pytest.mark.parametrize(
    ("name", "most", "fits", "beyond"),
    [
        ("Layers of a pipeline.", 400, " | ".join(["relu"] * 400), " | ".join(["relu"] * 401)),
        ("Outputs that one layer reads.", 64, f"add(inputs={[-1] * 64})", f"add(inputs={[-1] * 65})"),
        ("Channels of an input or an output.", 4096, "conv2d(4096, 1)", "conv2d(4097, 1)"),
        ("Cells of a side of a window, stride or padding.", 10_000, "max_pool2d(10000)", "max_pool2d(10001)"),
        ("Characters of the name of a layer.", 60, f"relu(name='{'n' * 60}')", f"relu(name='{'n' * 61}')"),
        ("The number of a seed.", MAX_SEED, f"linear(1, weights=random({MAX_SEED}))",
         f"linear(1, weights=random({MAX_SEED + 1}))"),
        ("Characters of a recipe beside long blocks of numbers.", 100_000, "relu" + " " * 99_996,
         "relu" + " " * 99_997),
    ],
)  # fmt: skip
def test_a_limit_is_where_the_page_says(page: str, name: str, most: int, fits: str, beyond: str) -> None:
    assert f'<th scope="row">{name}</th><td class="num">{most:,}</td>' in page
    assert read(fits)
    with pytest.raises(Mistake):
        read(beyond)


def test_the_picture_s_sides_end_where_the_page_says(page: str) -> None:
    assert '<th scope="row">Height or width that an input may be given, pixels.</th><td class="num">20,000</td>' in page
    assert read_document({"input": {"image": "chelsea", "height": 20_000, "width": 1}})
    with pytest.raises(Mistake):
        read_document({"input": {"image": "chelsea", "height": 20_001, "width": 1}})


def test_the_try_it_page_and_the_guide_link_it_and_it_speaks_chinese(client: TestClient) -> None:
    for path in ("/docs", "/guide"):
        assert 'href="/grammar"' in client.get(path).text
    chinese = client.get("/grammar?lang=zh-CN").text
    assert "配方怎样写" in chinese
    assert '<html lang="zh-CN"' in chinese
