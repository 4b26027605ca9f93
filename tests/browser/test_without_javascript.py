"""Without JavaScript the page still shows the run and its maps, and its links and forms work."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.rest import follow
from tests.browser.screen import FIRST, PLAIN, START
from tests.pages.reading import Api, agree, link, printed_sum, read
from tests.samples import gradient, saved


@pytest.fixture
def plain(open_page: Callable[..., Page]) -> Iterator[Page]:
    """A browser that runs no scripts."""
    return open_page(java_script_enabled=False)


def api(page: Page) -> Api:
    return Api(lambda path: page.request.get(path).body())


def same_story(page: Page, at: str, recipe: str, **fields: str) -> None:
    """The sum in the page is the API's at this place."""
    run = api(page).run({"size": "32", "image": "chelsea", "recipe": recipe, **fields})
    sum_ = printed_sum(read(page.content()))
    assert sum_.at == at
    agree(sum_, api(page).step(run["id"], at))


def test_the_run_is_there_with_its_figure_map_sum_and_fan(plain: Page) -> None:
    plain.goto("/")
    figure = plain.locator(".plate > .figure.wide")
    expect(figure).to_be_visible()
    assert figure.locator("image").count() > 5
    loaded = [plain.request.get(href).ok for href in set(figure.locator("image").evaluate_all(HREFS))]
    assert all(loaded)
    same_story(plain, "0.3.7.16", FIRST, image="coffee", scale="byte")
    expect(plain.locator("#sum output.answer")).to_be_visible()
    expect(plain.locator("#play")).to_be_hidden()
    follow(plain.get_by_role("link", name="Fan", exact=True))
    expect(plain.locator(".fancard")).to_have_count(6)
    follow(plain.locator(".fancard").nth(2))
    assert "at=0.2.7.16" in plain.url
    expect(plain.locator(".plate > .figure.wide")).to_be_visible()


HREFS = "images => images.map((image) => image.getAttribute('href'))"


def test_links_go_from_place_to_place_and_from_layer_to_layer(plain: Page) -> None:
    plain.goto(link(PLAIN, image="chelsea", at="0.2.3.4"))
    for button, at in (("next", "0.2.3.5"), ("back", "0.2.3.4"), ("last", "0.2.27.27"), ("next", "0.3.0.0")):
        follow(plain.locator(f"#{button}"))
        plain.wait_for_url(f"**at={at}**")
        same_story(plain, at, PLAIN)
    follow(plain.locator(".ribbon a.stop").nth(2))
    same_story(plain, "2.3.0.0", PLAIN)


def test_the_recipe_is_a_form(plain: Page) -> None:
    plain.goto(link(PLAIN, image="chelsea", at="0.2.3.4"))
    plain.locator("#recipe").fill("conv2d(2, 3, weights=random(1))")
    follow(plain.locator("#recipe"), "Enter")
    plain.wait_for_url("**random*")
    expect(plain.locator(".ribbon .stop")).to_have_count(2)
    same_story(plain, "0.1.3.4", "conv2d(2, 3, weights=random(1))")


def test_settings_words_and_weights_are_forms(plain: Page) -> None:
    plain.goto(link("conv2d(2, 3, weights=random(1))", image="chelsea", at="0.1.3.4"))
    follow(plain.locator(".ribbon .edit"))
    follow(plain.get_by_role("button", name="kernel_size +1"))
    expect(plain.locator("#recipe")).to_have_value("conv2d(2, 4, weights=random(1))")
    plain.locator("#f-padding").fill("1, 2")
    follow(plain.locator("#f-padding"), "Enter")
    expect(plain.locator("#recipe")).to_have_value("conv2d(2, 4, padding=(1, 2), weights=random(1))")
    plain.locator("#f-padding_mode").select_option("circular")
    follow(plain.locator("form.field", has=plain.locator("#f-padding_mode")).get_by_role("button", name="Set"))
    expect(plain.locator("#recipe")).to_have_value(
        'conv2d(2, 4, padding=(1, 2), padding_mode="circular", weights=random(1))'
    )
    follow(plain.get_by_role("link", name="Filters"))
    plain.locator("input[name='w.0.0.0']").fill("3")
    follow(plain.get_by_role("button", name="Set the weights"))
    assert "values(" in plain.locator("#recipe").input_value()


def test_a_picture_is_uploaded_by_a_form(plain: Page) -> None:
    plain.goto(link(PLAIN, image="chelsea", at="0.2.3.4"))
    plain.locator(".menu.picture > summary").click()
    file = {"name": "mine.png", "mimeType": "image/png", "buffer": saved(gradient(64, 48), "PNG")}
    plain.locator("input[type=file]").set_input_files(file)
    follow(plain.get_by_role("button", name="Upload"))
    plain.wait_for_url(lambda url: "image=chelsea" not in url and "image=" in url)
    image = plain.url.split("image=")[1].split("&")[0]
    expect(plain.locator("#recipe")).to_have_value(PLAIN)
    same_story(plain, "0.2.3.4", PLAIN, image=image)


def test_mistakes_are_told_on_a_page_that_keeps_what_was_asked(plain: Page, watch: Watch) -> None:
    watch.expects(415, 422)
    plain.goto(link(PLAIN, image="chelsea"))
    plain.locator("#recipe").fill("conv2d(2, 40) | relu")
    follow(plain.locator("#recipe"), "Enter")
    told = plain.request.get("/api/v1/runs", params={"image": "chelsea", "size": 32, "recipe": "conv2d(2, 40) | relu"})
    expect(plain.get_by_role("alert")).to_have_text(told.json()["detail"])
    expect(plain.locator("#recipe")).to_have_value("conv2d(2, 40) | relu")
    plain.locator("#recipe").fill("conv2d(2, 4, weights=random(5)) | relu")
    follow(plain.get_by_role("button", name="Try again"))
    same_story(plain, START, "conv2d(2, 4, weights=random(5)) | relu")
    plain.locator(".menu.picture > summary").click()
    file = {"name": "letter.png", "mimeType": "image/png", "buffer": b"Dear all, this is text.\n" * 9}
    plain.locator("input[type=file]").set_input_files(file)
    follow(plain.get_by_role("button", name="Upload"))
    expect(plain.get_by_role("alert")).to_contain_text("text file")
