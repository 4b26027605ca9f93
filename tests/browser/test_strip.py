"""From random to trained, as a hand does it: by keys, by dragging, by touch, by playing; and Back, and nobody there."""

import re
from collections.abc import Callable
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import Locator, Page, expect

from app.models import SHIPPED
from tests.browser.conftest import Watch
from tests.browser.rest import rest
from tests.browser.screen import Screen
from tests.browser.test_access import findings
from tests.browser.windows import STATES, faults, show

MODEL = SHIPPED.model("cifar10")
assert MODEL is not None
EPOCHS = [each.epoch for each in MODEL.epochs]
LAST, BEFORE = EPOCHS[-1], EPOCHS[-2]
PLACE = "0.1.10.15"
ADDRESS = f'/?image=chelsea&recipe=model("cifar10")&at={PLACE}'


@pytest.fixture
def screen(page: Page) -> Screen:
    return opened(page)


def opened(page: Page, address: str = ADDRESS) -> Screen:
    return Screen(page).follow(address)


def slider(screen: Screen) -> Locator:
    return screen.all("#epoch")


def shows(screen: Screen, epoch: int) -> None:
    """Wait until the address, the strip and the number below are those of an epoch, as the API tells it."""
    recipe = 'model("cifar10")' if epoch == LAST else f'model("cifar10", epoch={epoch})'
    screen.page.wait_for_function("recipe => new URLSearchParams(location.search).get('recipe') === recipe", arg=recipe)
    expect(slider(screen)).to_have_attribute("aria-valuenow", str(epoch))
    step = screen.api.step(screen.api.run({"image": "chelsea", "recipe": recipe})["id"], screen.at)
    number = screen.all("#sum .answer .num")
    text = number.inner_text()
    decimals = len(text.partition(".")[2])
    expect(number).to_have_text(f"{step['value']:.{decimals}f}".replace("-", "−"))
    for tag in screen.all(".figure [data-tag]").all():  # none on a phone
        expect(tag).to_have_text(number.inner_text())


def settled(screen: Screen, epoch: int) -> None:
    """Wait until the page itself is that of an epoch, and says so."""
    share = round(100 * next(each.accuracy for each in MODEL.epochs if each.epoch == epoch))
    expect(screen.all("#spoken")).to_contain_text(f"Epoch {epoch}: {share} % right")
    shows(screen, epoch)


def middle(screen: Screen, stop: int) -> tuple[float, float]:
    box = screen.all("#epoch .names > span").nth(stop).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] - 15


def test_keys_go_from_epoch_to_epoch_and_back_leads_to_where_they_began(screen: Screen) -> None:
    slider(screen).focus()
    screen.press("ArrowLeft")
    shows(screen, BEFORE)
    settled(screen, BEFORE)
    expect(slider(screen)).to_be_focused()
    assert screen.at == PLACE, "the arrows of the slider leave the window where it is"
    screen.press("Home")
    settled(screen, 0)
    expect(slider(screen)).to_have_attribute("aria-valuetext", re.compile("^epoch 0, "))
    expect(screen.all(".sum .note")).to_contain_text("still random")
    screen.page.go_back()
    settled(screen, BEFORE)
    screen.page.go_back()
    shows(screen, LAST)
    screen.all("#stage").focus()
    screen.press(",")
    settled(screen, BEFORE)
    screen.press(".")
    settled(screen, LAST)


def test_a_hand_drags_it_and_what_is_seen_follows(screen: Screen) -> None:
    page, pictures = screen.page, []
    rest(page)
    page.on("request", lambda request: pictures.append(request.url) if "/layers/" in request.url else None)
    page.mouse.move(*middle(screen, len(EPOCHS) - 1))
    page.mouse.down()
    page.mouse.move(*middle(screen, 1), steps=4)
    shows(screen, EPOCHS[1])
    page.mouse.move(*middle(screen, 0))
    shows(screen, 0)
    tiles = screen.all(".figure a.tile image")
    assert len({tile.get_attribute("href") for tile in tiles.all()}) == 1
    run = screen.api.run({"image": "chelsea", "recipe": 'model("cifar10", epoch=0)'})
    assert run["layers"][0]["links"]["output_png"].split("/")[4] in (tiles.first.get_attribute("href") or "")
    said = max(run["prediction"], key=lambda each: each["probability"])
    expect(screen.all(".says")).to_have_text(f"{said['label']} {100 * said['probability']:.0f} %")
    page.mouse.up()
    settled(screen, 0)
    assert not [url for url in pictures if "/input/" in url], "what does not change is not fetched again"
    assert len(pictures) == len(set(pictures))


def test_a_finger_drags_it_on_a_phone(open_page: Callable[..., Page]) -> None:
    screen = opened(open_page(390, 844, has_touch=True, is_mobile=True))
    box = screen.all("#strip").bounding_box()
    assert box is not None
    assert box["width"] > 370, "a row of its own"
    expect(screen.all(".figure a.tile")).to_have_count(0)
    client = screen.page.context.new_cdp_session(screen.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        told = [{"x": x, "y": y} for x, y in points]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    touch("touchStart", middle(screen, len(EPOCHS) - 1))
    touch("touchMove", middle(screen, 1))
    touch("touchMove", middle(screen, 0))
    touch("touchEnd")
    settled(screen, 0)
    assert screen.page.evaluate("scrollY") == 0


def test_it_plays_to_the_end_and_stops_where_nobody_answers(screen: Screen, watch: Watch) -> None:
    play = screen.all("#train-play")
    slider(screen).focus()
    for _ in range(3):
        screen.press("ArrowLeft")
    settled(screen, EPOCHS[-4])
    entries = screen.page.evaluate("history.length")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    settled(screen, LAST)
    expect(play).to_have_attribute("aria-pressed", "false")
    assert screen.page.evaluate("history.length") == entries + 1, "a walk through the epochs is one step back"
    screen.press(",")
    shows(screen, BEFORE)
    rest(screen.page)
    screen.visit(20, 20)  # of this place no page of another epoch is here
    screen.settled()
    rest(screen.page)
    watch.cut_off(screen.page)
    screen.press("Shift+.")
    expect(screen.notice).to_have_text("The server did not answer; is it still running?")
    expect(play).to_have_attribute("aria-pressed", "false")


def test_a_filter_is_chosen_by_its_tile(screen: Screen) -> None:
    screen.all(".figure a.tile .hit").nth(5).click()
    expect(screen.all("#status [data-map]")).to_have_text("6")
    expect(screen.all(".figure a.tile").nth(5).locator(".filter")).to_have_count(1)
    with screen.changing():
        screen.all(".looks summary").click()
        screen.page.get_by_text("Maps at the right").click()
    expect(screen.all(".figure a.tile")).to_have_count(0)
    expect(screen.all(".figure a.sheet").first).to_be_visible()


def test_the_way_there_and_back_again(page: Page) -> None:
    screen = opened(page, "/")
    with screen.changing():
        screen.all("#networks").click()
        screen.page.locator("dialog a", has_text="CIFAR-10").click()
    expect(slider(screen)).to_be_visible()
    assert unquote_plus(page.url).endswith(f"at={screen.at}")
    assert screen.fields["image"] == "coffee"
    slider(screen).focus()
    screen.press("ArrowLeft")
    rest(page)
    assert screen.fields["recipe"] == f'model("cifar10", epoch={BEFORE})'
    with screen.changing():
        screen.all("#networks").click()
        screen.page.get_by_text("Random weights").click()
    expect(screen.all("#recipe")).to_be_visible()
    screen.all("#help-open").click()
    assert "play the training" not in screen.all("#help").inner_text()


def test_without_scripts_each_stop_is_a_link(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(ADDRESS)
    page.locator("#strip nav a").first.click()
    expect(page.locator("#strip .names .on")).to_have_text("random")
    expect(page.locator(".sum .note")).to_contain_text("still random")


@pytest.mark.parametrize(
    ("size", "projector"),
    [("1280x720", False), ("1366x625", False), ("390x844", False), ("844x390", False), ("1280x720", True)],
)
def test_nothing_breaks_in_a_window(page: Page, size: str, projector: bool) -> None:
    show(page, STATES["trained"], size, projector=projector)
    assert faults(page, STATES["trained"]) == []


def test_it_can_be_reached_by_everybody(page: Page) -> None:
    show(page, STATES["trained"], "1280x720")
    assert findings(page) == []


def test_on_a_projector_a_point_blanks_the_screen_and_with_shift_the_epochs_go_by(page: Page) -> None:
    screen = opened(page, ADDRESS + "&projector=1")
    screen.press("Shift+Comma")
    settled(screen, BEFORE)
    screen.press("Shift+Period")
    settled(screen, LAST)
    screen.press(".")
    expect(page.locator("#blank")).to_be_visible()
