"""One map looked at: what the page says of it is what the API says; and the order of the maps in the fan."""

import re

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.explorer.looks.map import lies
from app.numerics.likeness import likeness
from app.rendering.diagrams.histogram import BARS, counts_along
from app.rendering.diagrams.ranks import Area, ranks
from app.rendering.scales import Colours, range_text, read_colours
from tests import oblong
from tests.numerics.test_ranking import by_brute_force
from tests.pages.reading import link
from tests.pages.test_places import planned

pytestmark = pytest.mark.reads

RECIPE = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)"


def page(client: TestClient, recipe: str = RECIPE, **fields: str) -> str:
    answer = client.get(link(recipe, **{"at": "0.3.7.16", "view": "map", **fields}))
    assert answer.status_code == 200, answer.text
    return answer.text


def statistics(client: TestClient, text: str, layer: int) -> dict:
    run = re.search(r'data-run="(\w+)"', text).group(1)
    return client.get(f"/api/v1/runs/{run}").json()["layers"][layer]["statistics"]


def output(client: TestClient, text: str, layer: int) -> np.ndarray:
    run = re.search(r'data-run="(\w+)"', text).group(1)
    return np.array(client.get(f"/api/v1/runs/{run}/layers/{layer}/output.json").json(), np.float32)


def marked(text: str, name: str) -> tuple[float, float]:
    """Return the value and the place of a mark on the first legend of the look."""
    look = text[text.index('id="look"') :]
    found = re.search(rf'data-mark="{name}" data-value="([^"]+)" data-at="([^"]+)"', look)
    return float(found.group(1)), float(found.group(2))


@pytest.mark.parametrize(
    ("layer", "colours", "range_"), [(0, "", ""), (0, "one", "own"), (1, "one", ""), (2, "grey", "0.4")]
)
def test_the_legend_says_what_the_api_says(client, layer, colours, range_):
    text = page(client, at=f"{layer}.2.3.4", colours=colours, range=range_)
    told, part = statistics(client, text, layer), statistics(client, text, layer)["channels"][2]
    for name in ("minimum", "maximum"):
        assert marked(text, name)[0] == pytest.approx(part[name], rel=1e-6)
    facts = {name: float(value) for name, value in re.findall(r'data-fact="(\w+)" data-value="([^"]+)"', text)}
    expected = {**{name: part[name] for name in ("minimum", "maximum", "mean")}, "zeros": part["zero_fraction"]}
    assert facts == pytest.approx(expected, rel=1e-6)
    from_zero = bool(colours) and told["minimum"] >= 0
    assert f'data-zero="{0.0 if from_zero else 0.5:.4f}"' in text[text.index('id="look"') :]
    whole = statistics(client, text, 0)  # layers that pass values on keep the scale
    extent = {"": max(-whole["minimum"], whole["maximum"]), "own": max(-part["minimum"], part["maximum"])}
    end = extent.get(range_) or float(range_)
    low = 0.0 if from_zero else -end
    for name in ("minimum", "maximum"):
        assert marked(text, name)[1] == pytest.approx(min(1, max(0, (part[name] - low) / (end - low))), abs=1e-4)


def test_a_range_set_by_hand_says_how_much_is_clipped(client):
    text = page(client, range="0.5")
    values = output(client, text, 0)[3]
    share = 100 * np.count_nonzero(np.abs(values) > 0.5) / values.size
    assert share
    assert f"{share:.1f} % clipped" in text
    assert 'data-beyond="below"' in text


def test_the_places_that_are_ringed_are_those_of_a_search_by_brute_force(client):
    text = page(client)
    values = output(client, text, 0)[3]
    for name, of in (("strongest", values), ("weakest", -values)):
        spots = re.findall(rf'class="patch {name}" href="[^"]*" data-spot="(\d+) (\d+)"', text)
        wanted = by_brute_force(of, 5, (5, 5))
        assert [tuple(map(int, spot)) for spot in spots] == wanted
        rings = re.findall(rf'data-ring="{name} (\d)" data-cells="(\d+) (\d+) (\d+) (\d+)"', text)
        assert [tuple(map(int, ring)) for ring in rings] == [
            (rank, row, row + 5, column, column + 5) for rank, (row, column) in enumerate(wanted, 1)
        ]


def test_numbers_of_crowded_rings_stand_on_no_other_number():
    crowded = [Area(180 + by, 178, 194 + by, 192) for by in (0, 2, 4, 3, 1, -2, -4, -3, -1, 5)]
    within = Area(0, 0, 200, 200)
    stand = [rank.area(17) for rank in ranks(crowded, 17, within)]
    assert all(within.holds(each) for each in stand)
    assert not any(one.meets(other) for i, one in enumerate(stand) for other in stand[:i])


def test_the_enlarged_map_has_the_ranks_of_the_patches(client):
    text = page(client)
    enlarged = text[text.index('class="enlarged') : text.index('class="about"')]
    for name in ("strongest", "weakest"):
        assert re.findall(rf'class="rank {name}"[^>]*>(\d)<', enlarged) == re.findall(
            rf'class="patch {name}".*?<b>(\d)</b>', text
        )
    assert "In each list, no two places within 5 × 5." in text


def test_the_histogram_counts_every_number_once(client):
    text = page(client, range="0.5")
    counts = list(map(int, re.search(r'data-counts="([^"]+)"', text).group(1).split()))
    assert len(counts) == BARS
    assert sum(counts) == 28 * 28
    assert counts_along(np.zeros((3, 3), np.float32), 0.0, 0.0)[BARS // 2] == 9


def test_a_map_lies_where_its_cells_look():
    run = planned("conv2d(2, 5) | max_pool2d(2) | conv2d(2, 3, padding=1)")
    assert lies(run.stages[0]) == (2, 2, 28, 28)
    assert lies(run.stages[1]) == (2, 2, 28, 28)
    assert lies(run.stages[2]) == (2, 2, 28, 28)
    same = planned("conv2d(2, 5, stride=2, padding=2)")
    assert lies(same.stages[0]) == (-0.5, -0.5, 32, 32)


def test_a_vector_has_no_map_to_enlarge(client):
    assert 'id="look"' not in page(client, "flatten | linear(4)", at="1.0.0.0")


def test_the_fan_is_sorted_by_what_its_heading_says(client):
    text = page(client, view="fan", at="0.3.7.16", sort="strength")
    told = statistics(client, text, 0)["channels"]
    strength = [max(-part["minimum"], part["maximum"]) for part in told]
    order = [int(number) - 1 for number in re.findall(r'class="facts"><b>(\d+)</b>', text)]
    assert [strength[channel] for channel in order] == sorted(strength, reverse=True)
    assert "strongest first" in text
    alike = page(client, view="fan", at="0.3.7.16", sort="likeness")
    order = [int(number) - 1 for number in re.findall(r'class="facts"><b>(\d+)</b>', alike)]
    values = output(client, text, 0)
    found = [np.corrcoef(values[channel].ravel(), values[3].ravel())[0, 1] for channel in order]
    assert order[0] == 3
    assert found == sorted(found, reverse=True)
    assert "most like map 4 first" in alike


def test_likeness_is_the_correlation():
    maps = np.random.default_rng(3).normal(size=(5, 6, 7)).astype(np.float32)
    maps[4] = 2.0
    wanted = np.corrcoef(maps[:4].reshape(4, -1))[1]
    np.testing.assert_allclose(likeness(maps, 1)[:4], wanted, atol=1e-6)
    assert likeness(maps, 1)[4] == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [("2.5", "2.5"), ("±2,5", "2.5"), ("-1", ""), ("0", ""), ("nan", ""), ("inf", ""), ("x", ""), ("1e99", "")],
)
def test_a_range_is_a_number_above_zero(text, found):
    assert range_text(text) == found
    assert read_colours("no such", text) == Colours("signed", found)


@pytest.mark.parametrize(
    ("query", "status"), [("colours=one", 200), ("extent=0.5", 200), ("colours=red", 422), ("extent=-1", 422)]
)
def test_pictures_say_which_colours_they_cannot_have(client, query, status):
    run = re.search(r'data-run="(\w+)"', page(client)).group(1)
    assert client.get(f"/api/v1/runs/{run}/layers/0/output.png?{query}").status_code == status


@pytest.mark.parametrize("layer", [oblong.CONV, oblong.RELU, oblong.POOL, oblong.SECOND])
def test_on_an_oblong_picture_rings_lie_on_what_the_strongest_and_weakest_have_seen(client, layer):
    answer = client.get(link(oblong.RECIPE, **oblong.SOURCE, size=None, at=f"{layer}.1.2.3", view="map"))
    values = output(client, answer.text, layer)[1]
    fields = {(row, column): oblong.around(oblong.seen(layer, (1, row, column))) for row, column in _some(values)}
    for name, of in (("strongest", values), ("weakest", -values)):
        spots = [
            tuple(map(int, spot))
            for spot in re.findall(rf'class="patch {name}" href="[^"]*" data-spot="(\d+) (\d+)"', answer.text)
        ]
        assert of[spots[0]] == of.max()
        numbers = [of[spot] for spot in spots]
        assert numbers == sorted(numbers, reverse=True)
        rings = re.findall(rf'data-ring="{name} (\d)" data-cells="(\d+) (\d+) (\d+) (\d+)"', answer.text)
        assert len(rings) == len(spots)
        for ring, spot in zip(rings, spots, strict=True):
            span = fields.get(spot) or oblong.around(oblong.seen(layer, (1, *spot)))
            assert [int(number) for number in ring[1:]] == [*span.rows, *span.columns]


def _some(values):
    """Return the places of the largest and the smallest number."""
    return [tuple(map(int, np.unravel_index(at, values.shape))) for at in (values.argmax(), values.argmin())]


@pytest.mark.parametrize("layer", [oblong.CONV, oblong.POOL, oblong.SECOND])
def test_on_an_oblong_picture_a_map_lies_where_its_cells_look(client, layer):
    answer = client.get(link(oblong.RECIPE, **oblong.SOURCE, size=None, at=f"{layer}.1.2.3", view="map"))
    x, y, width, height = map(float, re.search(r'data-map-box="([^"]+)"', answer.text).group(1).split())
    _, rows, columns = oblong.SHAPES[layer]
    sizes = {oblong.CONV: (4, 4), oblong.POOL: (6, 5), oblong.SECOND: (14, 8)}[layer]
    compared = 0
    for row, column in ((2, 3), (4, 5), (6, 4), (7, 2)):
        span = oblong.around(oblong.seen(layer, (1, row, column)))
        whole = [end - start for start, end in span]
        for axis, (start, step, at) in enumerate(((y, height / rows, row), (x, width / columns, column))):
            if whole[axis] == sizes[axis]:  # the edge cuts nothing off
                assert start + (at + 0.5) * step == pytest.approx(sum(span[axis]) / 2)
                compared += 1
    assert compared > 3
