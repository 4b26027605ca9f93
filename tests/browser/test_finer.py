"""Layers that write finer than they read: the window on the screen lies on the cells that the API names."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import pipelines
from tests.browser.screen import SEEN, START, Screen

# Goes to each place as the window does when it slides, and reads each outline of the window back into cells.
WINDOWS = """places => {
  const plate = document.querySelector("cs-plate"), svg = (SEEN)();
  const cells = (e) => {
    const [a, b, c, d, x0, y0] = e.dataset.plane.trim().split(/\\s+/).map(Number), det = a * d - b * c;
    const points = e.getAttribute("d").slice(1, -1).split("L").map((p) => p.split(" ").map(Number));
    const at = ([x, y]) => [(a * (y - y0) - b * (x - x0)) / det, (d * (x - x0) - c * (y - y0)) / det];
    const [top, left] = at(points[0]), [bottom, right] = at(points[2]);
    return [top, bottom, left, right];
  };
  return places.map(([row, column]) => {
    plate.go(row, column);
    const drawn = [...svg.querySelectorAll('[data-quad="window"]')];
    return drawn.filter((e) => getComputedStyle(e).visibility !== "hidden").map(cells);
  });
}""".replace("SEEN", SEEN)
KINDS = {
    "upsample2d": "conv2d(3, 3, weights=random(2)) | upsample2d((3, 2))",
    "conv_transpose2d": "conv_transpose2d(3, (3, 2), (2, 3), (1, 0), output_padding=(1, 2), weights=random(5))",
    "dilated": "conv_transpose2d(2, 3, (1, 2), 1, dilation=(2, 3), bias=False)",
}


@pytest.mark.parametrize("view", ["figure", "flat"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_window_at_100_places_lies_on_the_cells_that_the_api_names(page: Page, kind: str, view: str) -> None:
    recipe = KINDS[kind]
    index, chance = recipe.count("|"), pipelines.chance(kind)
    screen = Screen(page).open(recipe, image="rocket", size=None, height=11, width=14, at=f"{index}.0.0.0", view=view)
    run = screen.run
    _, rows, columns = run["layers"][index]["output_shape"]
    places = [(chance.randrange(rows), chance.randrange(columns)) for _ in range(100)]
    nothing = 0
    for (row, column), drawn in zip(places, page.evaluate(WINDOWS, places), strict=True):
        step: dict[str, Any] = screen.api.step(run["id"], f"{index}.0.{row}.{column}")
        if step["window"] is None:
            nothing += 1
            assert not drawn, (row, column)
            continue
        assert drawn, (row, column)
        for cells in drawn:
            assert cells == pytest.approx([*step["window"]["rows"], *step["window"]["columns"]], abs=0.06)
    assert (nothing > 0) == (kind != "upsample2d")


def test_a_press_on_the_input_goes_to_a_place_that_reads_the_cell(page: Page) -> None:
    screen = Screen(page).open(KINDS["conv_transpose2d"], image="rocket", size=12, at=START, view="flat")
    row, column = page.evaluate("""() => {
      const { row, column } = document.querySelector("cs-plate").over(5.5, 7.5);
      return [row, column];
    }""")
    window = screen.api.step(screen.run["id"], f"0.0.{row}.{column}")["window"]
    assert window["rows"][0] <= 5 < window["rows"][1]
    assert window["columns"][0] <= 7 < window["columns"][1]


def test_weights_that_meet_no_cell_are_dimmed_and_follow_the_place(page: Page) -> None:
    screen = Screen(page).open("conv_transpose2d(2, 3, 2)", image="rocket", size=8, at="0.0.3.4", view="flat")
    idle = screen.all(".figure.wide [data-idle]").first
    expect(idle).to_have_attribute("d", "M0 0h3v1h-3zM1 1h1v1h-1zM0 2h3v1h-3z")
    page.evaluate("document.querySelector('cs-plate').go(3, 5)")
    expect(idle).to_have_attribute("d", "M0 0h3v1h-3zM0 1h1v1h-1zM2 1h1v1h-1zM0 2h3v1h-3z")
