"""What stands around a step: the way back and on, in words; how far one has come; the contents, and an overview."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.classroom.beats import Spot, state_at
from app.classroom.book import BOOK
from app.classroom.desk import where_of
from app.classroom.facts import facts_of, filled, kept_together
from app.classroom.lesson import Step
from app.classroom.screen import Say, Screen, address_of
from app.classroom.way import Stand, back, onward, walked
from app.errors import NotFound, Unfit
from app.explorer.fields import query
from app.lab import Lab

MOVES = ("column", "row", "channel", "layer")


@dataclass(frozen=True)
class Entry:
    """A chapter, or a step of a lesson of one's own, among others."""

    number: int
    title: str
    address: str
    picture: str
    name: str  # under which it is kept as done
    here: bool = False


@dataclass(frozen=True)
class Around:
    """What stands around a step."""

    name: str  # of the lesson
    chapter: int | None
    chapters: int
    step: int
    steps: int
    screen: int  # of its lesson, from 0
    screens: int
    back: str  # addresses; nothing where there is none
    on: str
    on_words: str  # on the button
    then: str  # what comes, on a projector: the thing, never the answer
    segments: tuple[str, ...]  # names of all chapters; none for a lesson of one's own
    here: str  # this step, on its first beat
    last: bool  # the last screen of its lesson
    overview: str
    speaker: str
    options: Mapping[str, str]


def contents(screen: Screen) -> tuple[Entry, ...]:
    """Return the chapters of the book."""
    return tuple(
        Entry(
            number,
            kept_together(screen.say(lesson.title)),
            address_of(Stand(name, lesson, Spot(1, "say")), screen.options),
            picture_of(name, 1, screen),
            name,
        )
        for number, (name, lesson) in enumerate(BOOK.items(), 1)
    )


async def overview(stand: Stand, lab: Lab, screen: Screen) -> tuple[Entry, ...]:
    """Return all chapters, or all steps of a lesson of one's own."""
    if stand.chapter is not None:
        return tuple(replace(entry, here=entry.name == stand.name) for entry in contents(screen))
    titles = [_title(step) or await where_of(step, lab, screen.say) for step in stand.lesson.steps]
    return tuple(
        Entry(
            number,
            titles[number - 1],
            address_of(replace(stand, spot=Spot(number, "say"), over=False), screen.options),
            picture_of(stand.name, number, screen),
            f"{stand.name}.{number}",
            number == stand.spot.step,
        )
        for number in range(1, len(titles) + 1)
    )


def picture_of(name: str, step: int, screen: Screen) -> str:
    """Return the address of the small picture of a step."""
    return f"/lesson/{name}/picture.png?step={step}&theme={screen.theme}"


def _title(step: Step) -> str:
    """Return what a step is called where few words have room; nothing where it says nothing."""
    words: str = step.say or step.sentence
    return words.partition("\n")[0].partition("{")[0].strip()[:80]


async def around(stand: Stand, lab: Lab, screen: Screen) -> Around:
    """Return what stands around a step."""
    board, say = screen.projector, screen.say
    before, after = back(stand, board=board), onward(stand, board=board)
    at, count = walked(stand, board=board)
    spoken = {"step": stand.spot.text, **{name: text for name, text in screen.options.items() if name != "projector"}}
    return Around(
        name=stand.name,
        chapter=stand.chapter,
        chapters=len(BOOK),
        step=stand.spot.step,
        steps=len(stand.lesson.steps),
        screen=at,
        screens=count,
        back=address_of(before, screen.options) if before else "",
        on=address_of(after, screen.options) if after else contents_at(screen),
        on_words=_word(stand, after, say),
        then=await _then(stand, after, lab, screen),
        segments=tuple(BOOK) if stand.chapter is not None else (),
        here=address_of(replace(stand, spot=Spot(stand.spot.step, "say"), over=False), screen.options),
        last=at + 1 == count,
        overview=contents_at(screen),
        speaker=f"/lesson/{stand.name}/speaker?{query(spoken)}",
        options=screen.options,
    )


def contents_at(screen: Screen) -> str:
    """Return the address of the contents."""
    return "/lesson" + (f"?{query(screen.options)}" if screen.options else "")


def _word(stand: Stand, after: Stand | None, say: Say) -> str:
    """Return what stands on the button that leads on."""
    if after is None:
        return say("Contents")
    return say("The end") if after.over else say("Next chapter") if after.name != stand.name else say("Next")


async def _then(stand: Stand, after: Stand | None, lab: Lab, screen: Screen) -> str:
    """Return what comes next: it names the thing, never the answer."""
    say = screen.say
    if after is None:
        return say("contents")
    if after.over:
        return say("the end")
    if after.name != stand.name:
        return say("chapter {number}, {title}").format(number=after.chapter, title=screen.say(after.lesson.title))
    if after.spot.step != stand.spot.step:
        return await heading_of(after, lab, screen)
    return _beat(after, say)


def _beat(after: Stand, say: Say) -> str:
    """Return what a beat of the same step is called."""
    names = {"ask": say("a question"), "reveal": say("the answer"), "rule": say("the rule"), "say": say("the step")}
    task = after.step.task
    if after.spot.beat != "do" or task is None:
        return names[after.spot.beat]
    if all(name in MOVES for name in task.until):
        return say("the figure goes there")
    return say("another view") if "view" in task.until else say("the figure does it")


async def heading_of(stand: Stand, lab: Lab, screen: Screen) -> str:
    """Return the first words of a step, as a projector shows them; without any, what it shows."""
    step = screen.told(stand.name, stand.lesson).steps[stand.spot.step - 1]
    text = (step.say or step.sentence).partition("\n")[0]
    if not text:
        return await where_of(step, lab, screen.say)
    try:
        state = await state_at(stand.lesson, Spot(stand.spot.step, "say"), lab)
        facts = await facts_of(state, lab, [text], screen.language)
    except (NotFound, Unfit):  # its picture has gone, or its numbers cannot be
        facts = {}
    return filled(text, facts)
