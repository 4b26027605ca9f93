"""Addresses that have been given away go on working: those of the contract, of lesson plans, and of the first releases.

The ids of runs are those that these links had when they were new; an id is the hash of a document's canonical form, so
that what a later release adds to a document must leave out of it what it usually has.
"""

from urllib.parse import parse_qsl

import pytest
from fastapi.testclient import TestClient

from app.explorer.looks.registry import LOOKS
from tests.pages.reading import read

pytestmark = pytest.mark.reads

API = "/api/v1"
SLIDE = "image=chelsea&size=32&recipe=conv2d(6,+5,+weights=random(7))+|+relu+|+max_pool2d(2)"
RUNS = {
    SLIDE: "e2b01912c9ebd7180905404a806ce410",
    "image=chelsea&height=24&width=32&mode=L&fit=contain&scale=byte&recipe=conv2d(2,+3)":
        "04781469b511b16afdc960dd4e8be83d",
    "image=coffee&size=32&recipe=conv2d(6,+5)": "774767c6f400f087c9ec32d90473c00f",
    "values=[[[1,2,3],[4,5,6],[7,8,9]]]&recipe=conv2d(1,+2)": "c4ccac8b51e8e2677f7a367daf995a5e",
    "image=rocket&size=20&fit=stretch&scale=mean:0.5,0.4,0.3;std:0.2,0.25,0.5&recipe=avg_pool2d(3,+padding=1)":
        "e05a80ad3a28e374d6be32b275c05103",
    'image=chelsea&size=16&recipe=conv2d(weights=preset("sobel_x",+"gaussian"))+|+leaky_relu(negative_slope=0.2)'
    "+|+flatten+|+linear(10,+bias=False)+|+softmax": "f1ff459170503bc5288c52b1a0e81e0c",
    "image=chelsea&size=32&mode=L&recipe=conv_transpose2d(2,+4,+2,+1)+|+upsample2d(2)+|+batch_norm2d"
    "+|+global_avg_pool2d": "df4e0f3d27993be8cd750ef43423071d",
    'image=chelsea&size=12&recipe=conv2d(3,+3,+padding=1)+|+relu(name="a/b")+|+add(inputs=[1,+-1])'
    "+|+concat(inputs=[2,+0])+|+zero_pad2d([1,+0,+2,+0])+|+relu6+|+dropout": "c372e646efb6fae8b24ec2b374a8c96f",
}  # fmt: skip
VIEWS = (  # of the first releases
    "back", "compare", "fan", "figure", "flat", "forward", "map", "numbers", "places", "scores",
    "sharing", "shift", "stack", "trace", "weight",
)  # fmt: skip
CHAPTERS = (
    "picture", "filter", "sum", "why-28", "maps", "layers", "learning", "trained", "neurons", "padding", "relu",
    "pooling", "network", "misconceptions",
)  # fmt: skip
HERE = "/?image=coffee&size=32&recipe=conv2d(6,+5)+|+relu&at=0.3.7.16"
PAGES = (
    "/",
    "/?image=chelsea&size=32&recipe=conv2d%286%2C%205%2C%20weights%3Drandom%287%29%29%20%7C%20relu",
    *(f"{HERE}&{more}" for more in (
        "view=map&over=50", "edit=0", "edit=0.weights", "edit=0.gallery", "predict=1", "pin=i.0.3.3", "pin=w.0.1.1",
        "colours=grey", "range=own", "range=2.5", "digits=d3", "projector=1", "lang=en", "lang=zh-CN", "theme=dark",
        "view=compare&with=padding:2", "view=compare&with=seed:3", "view=compare&with=image:chelsea", "nonsense=1",
    )),
    "/embed?image=coffee&size=32&recipe=conv2d(6,+5)&at=0.0.7.16",
    "/embed?image=coffee&size=32&recipe=conv2d(6, 5)&at=0.0.7.16&hide=recipe,share,layers,picture,explain,transport",
    '/?image=chelsea&recipe=model("cifar10")', '/?image=chelsea&recipe=model("cifar10", epoch=3)',
    '/?image=chelsea&size=32&recipe=conv2d(16, 5, weights=trained("cifar10", 0, epoch=3))',
    '/?image=coffee&recipe=model("digits")', '/?image=chelsea&recipe=model("squeezenet")',
    f"/share?{SLIDE}", f"/networks?{SLIDE}", "/lesson", *(f"/lesson/{slug}" for slug in CHAPTERS),
    "/lesson/why-28?step=2", "/lesson/why-28?step=1.ask", "/train", "/train?set=digits&seed=2",
    "/train?size=12&names=circle&names=line&per_class=8&epochs=3&batch=4&rate=0.05",
    "/train?names=circle&names=cross&names=line&recipe=conv2d(4, 3) | relu | linear(9) | softmax",
    "/join", "/docs", "/guide", "/healthz", "/readyz", "/openapi.json",
)  # fmt: skip
OF_A_RUN = (
    "", "/layers/0/output.json", "/layers/0/output.npy", "/layers/0/output.png", "/layers/0/output.npy?channel=2",
    "/layers/2/output.png?channel=5", "/layers/input/output.npy", "/layers/input/output.png", "/layers/0/weight.npy",
    "/layers/0/bias.npy", "/layers/0/steps/3/7/16", "/layers/0/steps/3/7/16.svg", "/layers/2/steps/5/13/13",
    "/layers/2/cone?row=3&column=4&from=input",
)  # fmt: skip


@pytest.mark.parametrize(("asked", "run"), RUNS.items())
def test_a_link_leads_to_the_run_that_it_always_led_to(client: TestClient, asked: str, run: str) -> None:
    assert client.get(f"{API}/runs?{asked}").json()["id"] == run
    for path in ("/", "/embed"):
        page = client.get(f"{path}?{asked}")
        assert page.status_code == 200
        assert read(page.text).one(id="app").attributes["data-run"] == run
    assert client.get(f"/?run={run}&at=0.0.0.0").status_code == 200
    posted = {"input": {name: value for name, value in parse_qsl(asked) if name == "image"}, "recipe": "relu"}
    if posted["input"]:
        assert client.post(f"{API}/runs", json=posted).status_code in (200, 201)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_there(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_there_under_its_old_name(client: TestClient, view: str) -> None:
    assert view in LOOKS
    ending = "+|+linear(4)+|+softmax&label=1" if view in ("back", "scores", "weight") else "&with=camera"
    assert client.get(f"/?{SLIDE}{ending}&at=0.3.7.16&view={view}").status_code == 200


@pytest.mark.parametrize("rest", OF_A_RUN)
def test_what_a_run_has_is_there(client: TestClient, rest: str) -> None:
    run = client.get(f"{API}/runs?{SLIDE}").json()["id"]
    assert client.get(f"{API}/runs/{run}{rest}").status_code == 200


@pytest.mark.parametrize("rest", ["/layers", "/kernels", "/models", "/models/cifar10", "/images", "/images/chelsea",
                                  "/images/chelsea.png"])  # fmt: skip
def test_what_there_is_is_told(client: TestClient, rest: str) -> None:
    assert client.get(API + rest).status_code == 200


def test_gradients_of_a_run_are_there(client: TestClient) -> None:
    run = client.get(f"{API}/runs?{SLIDE}+|+linear(4)+|+softmax").json()["id"]
    for rest in ("gradients/3/0/1/2", "gradient.npy", "weight_gradient.npy"):
        assert client.get(f"{API}/runs/{run}/layers/0/{rest}?label=1").status_code == 200


def test_a_short_link_leads_to_its_state(client: TestClient) -> None:
    made = client.post(f"{API}/links", json={"address": f"/?{SLIDE}"})
    assert made.status_code == 201
    found = client.get(made.json()["url"], follow_redirects=False)
    assert found.status_code == 303
    assert client.get(found.headers["Location"]).status_code == 200
