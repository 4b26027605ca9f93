"""Claims about the pictures of a batch beside one weight: the API's numbers, whose mean and step add up as printed."""

import re
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

PLACE = "0.2.4.4"  # of the first layer, in the map of the third filter
WEIGHT = "2/1/0/3"
OPTIMIZERS = [{"type": "sgd", "learning_rate": 0.1, "momentum": 0.0}, {"type": "adam"}]


def number(text: str) -> Decimal:
    return Decimal(text.strip().replace("−", "-"))


def begun(client: TestClient, optimizer: dict[str, object], batch_size: int = 16) -> str:
    data = {"set": "shapes", "size": 12, "classes": ["circle", "cross", "line"], "per_class": 8, "seed": 4}
    training = {"data": data, "recipe": "conv2d(4, 4) | relu | max_pool2d(3) | linear(3) | softmax"}
    training |= {"optimizer": optimizer, "batch_size": batch_size, "epochs": 1, "seed": 2}
    answer = client.post("/api/v1/trainings", json=training)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def page(client: TestClient, name: str, **fields: str) -> str:
    fields = {"view": "weight", "epoch": "0", "at": PLACE, "pin": "w.1.0.3", **fields}
    answer = client.post(f"/train/{name}/explore", data=fields, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    return answer.text


def row(text: str) -> list[Decimal]:
    """Return the printed number of each picture."""
    return [number(one) for one in re.findall(r'aria-label="Picture \d+ of the batch, \w+: ([−.\d]+)"', text)]


def operands(text: str) -> list[Decimal]:
    """Return the numbers of the step, the signs between them, and what it gives."""
    line = text[text.index('class="equation"') : text.index("</output>", text.index('class="equation"'))]
    return [number(one.strip("()")) for one in re.findall(r'class="num">([−.\d()]+)<', line)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_what_is_printed_is_the_api_s_and_adds_up(client: TestClient, optimizer: dict[str, object]) -> None:
    name = begun(client, optimizer)
    told = [client.get(f"/api/v1/trainings/{name}/gradients/0/{WEIGHT}?example={k}").json() for k in range(16)]
    text = page(client, name, batch="5")
    printed = row(text)
    assert len(printed) == 16
    for one, each in zip(printed, told, strict=True):
        assert abs(one - Decimal(each["example"])) <= Decimal(1).scaleb(one.as_tuple().exponent) / 2 * Decimal("1.01")
    mean = number(re.findall(r'mean of 16 <b class="num gradient">([−.\d]+)<', text)[0])
    assert (sum(printed) / 16).quantize(mean) == mean == Decimal(told[0]["batch"]).quantize(mean)
    *parts, after = operands(text)
    assert Decimal(told[0]["next"]).quantize(after) == after
    if len(parts) == 3:
        assert parts[1:] == [Decimal("0.1"), mean]
        assert (parts[0] - parts[1] * parts[2]).quantize(after) == after
    else:
        change = Decimal(told[0]["update"])
        assert (parts[0] + parts[1].copy_sign(change)).quantize(after) == after
    assert (len(parts) == 3) == (optimizer["type"] == "sgd")


def test_the_picture_that_is_shown_is_one_of_them_and_its_sum_the_number_below_it(client: TestClient) -> None:
    name = begun(client, OPTIMIZERS[0])
    text = page(client, name, batch="5")
    assert re.findall(r'value="(\d+)" title="\w+" aria-label="[^"]*" aria-current="true"', text) == ["5"]
    sum_ = number(re.findall(r'this picture <b class="num gradient">([−.\d]+)</b>(?! <span)', text)[0])
    here = row(text)[5]
    assert abs(sum_ - here) <= Decimal(1).scaleb(max(sum_.as_tuple().exponent, here.as_tuple().exponent))


def test_of_a_large_batch_the_first_are_shown_and_the_others_as_one_number(client: TestClient) -> None:
    text = page(client, begun(client, OPTIMIZERS[0], batch_size=24))
    others = re.findall(r'8 more <span class="num">([−+]) ([.\d]+)', text)[0]
    mean = number(re.findall(r'mean of 24 <b class="num gradient">([−.\d]+)<', text)[0])
    assert ((sum(row(text)) + number(others[0].replace("+", "") + others[1])) / 24).quantize(mean) == mean


def test_after_the_last_epoch_and_on_other_networks_one_picture_stands_alone(client: TestClient) -> None:
    name = begun(client, OPTIMIZERS[0])
    here = str(client.get(f"/train/{name}").url)
    assert client.get(f"{here}/batch/0.png").status_code == 200
    assert client.get(f"{here}/batch/1.png").status_code == 404
    assert client.get(f"{here}/batch/x.png").status_code == 404
    shipped = client.get('/?image=coffee&recipe=model("digits", epoch=0)&at=0.0.3.3&view=weight').text
    assert 'class="equation"' in shipped
    assert 'class="batch"' not in shipped
