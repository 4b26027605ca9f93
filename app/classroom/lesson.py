"""The lesson document: a list of steps, each an address of the explorer and words.

A chapter of the built-in lesson and a teacher's own lesson are the same thing. Here it is read from plain lists and
texts; whether its addresses open is asked in `checking.py`, since that takes a lab.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from app.classroom.claims import Claims, read_claims
from app.classroom.facts import check_names
from app.errors import LessonMistake, shown
from app.strict import carried, escaped

Whole = TypeVar("Whole", "Lesson", "Step")
MOST_STEPS = 200
MOST_LINES = 2  # on a projector
DEEPEST = 6  # how far texts stand inside one another: lesson, steps, step, question, choices, choice
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # but ends of lines and tabs
BLANKS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that look like none
LONGEST_ADDRESS = 200_000  # characters: a recipe with its numbers stands in a file as it is
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,3}")
Part = Literal["picture", "window", "filter", "map", "number", "sum", "bias", "network"]
Kind = Literal["number", "sign", "size"]
PARTS: tuple[str, ...] = get_args(Part)


def _text(value: object) -> object:
    """Return a text without the blanks around it, and a number as the text that it is written as."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else value


def _told(text: str) -> str:
    check_names(text)
    return text


def visible(text: str) -> bool:
    """Tell whether a text has anything that can be seen."""
    return any(unicodedata.category(each)[0] not in "CZM" and each not in BLANKS for each in text)


def _seen(text: str) -> str:
    if not visible(text):
        raise LessonMistake("There is nothing here that can be seen; write something there.")
    return text


def _two_lines(text: str) -> str:
    lines = sum(bool(line.strip()) for line in text.splitlines())
    if lines > MOST_LINES:
        raise LessonMistake(
            "There are {count} lines; a projector shows {most}, the heading and one below it.",
            count=lines,
            most=MOST_LINES,
        )
    return text


def _language(text: str) -> str:
    if not LANGUAGE.fullmatch(text):
        raise LessonMistake("{given} is no tag of a language; write one like en, zh-CN or pt-BR.", given=shown(text))
    return text


def _words(most: int, least: int = 0) -> Any:
    """Return the kind of a text with facts in braces, of at most so many characters."""
    checks = [AfterValidator(carried(check)) for check in ((_seen, _told) if least else (_told,))]
    text = Annotated[str, Field(min_length=least, max_length=most)]
    return Annotated[text, BeforeValidator(_text, json_schema_input_type=text | float), *checks]


def _address(value: object) -> object:
    """Return an address as steps have it: what stands behind the host and its port, if there is one."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    head, slashes, rest = text.partition("://")
    if slashes and head in ("http", "https"):
        text = "/" + rest.partition("/")[2]
    path, mark, fields = text.partition("?")
    if path not in ("", "/", "/embed") or not text or (not path and not mark):
        raise LessonMistake(
            "{address} is no address of the explorer; those begin with /?, as in /?image=coffee&size=32.",
            address=shown(value[:60]),
        )
    return f"/?{fields}" if fields else "/"


Address = Annotated[str, BeforeValidator(carried(_address)), Field(max_length=LONGEST_ADDRESS)]
Said = Annotated[Claims, BeforeValidator(carried(read_claims), json_schema_input_type=dict[str, str | int])]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Task(_Part):
    """Something to do in the figure, told done by the state that it leads to."""

    do: _words(300, 1)  # type: ignore[valid-type]
    """What to do, in one sentence."""
    until: Said
    """What holds of the state once it is done, as {column: last}."""
    done: _words(400) = ""  # type: ignore[valid-type]
    """What is said then."""


class Question(_Part):
    """A question before something is shown: one that the explorer itself asks, or one's own with choices."""

    kind: Kind | None = None
    """What the explorer is to ask: the number, its sign, or the size of the map."""
    ask: _words(300) = ""  # type: ignore[valid-type]
    """One's own question."""
    choices: Annotated[tuple[_words(80, 1), ...], Field(max_length=6)] = ()  # type: ignore[valid-type]
    """Its answers, 2 to 6."""
    right: _words(80) = ""  # type: ignore[valid-type]
    """Which of them is right."""
    because: _words(500) = ""  # type: ignore[valid-type]
    """Why, in one sentence."""
    shows: Said = Field(default_factory=dict)
    """What the figure shows once it is answered, as in until."""
    rule: _words(200) = ""  # type: ignore[valid-type]
    """What follows in general, in one line."""

    @model_validator(mode="after")
    @carried
    def _one_of_both(self) -> "Question":
        if self.kind:
            for name in ("ask", "choices", "right"):
                if getattr(self, name):
                    raise LessonMistake(
                        "The explorer asks a question of kind {kind} itself; leave {name} out, or leave kind out.",
                        kind=self.kind,
                        name=name,
                        pointer=f"/{name}",
                    )
            return self
        if not self.ask:
            raise LessonMistake(
                "A question needs a kind (number, sign or size), or ask, choices and right.", pointer=""
            )
        if len(self.choices) < 2:
            raise LessonMistake(
                "A question has 2 to 6 choices; this one has {count}.", count=len(self.choices), pointer="/choices"
            )
        if len(set(self.choices)) < len(self.choices):
            twice = next(choice for choice in self.choices if self.choices.count(choice) > 1)
            raise LessonMistake("The choice {choice} stands there twice.", choice=shown(twice), pointer="/choices")
        if self.right not in self.choices:
            raise LessonMistake(
                "right must be one of the choices ({choices}), written the same way, not {given}.",
                choices=", ".join(map(shown, self.choices)),
                given=shown(self.right),
                pointer="/right",
            )
        return self


class Step(_Part):
    """A state of the explorer, and the words beside it."""

    address: Address
    """The state: an address of the explorer."""
    sentence: _words(1000) = ""  # type: ignore[valid-type]
    """One to three sentences, for reading alone."""
    say: Annotated[_words(400), AfterValidator(carried(_two_lines))] = ""  # type: ignore[valid-type]
    """Few words for the projector: the heading, and a second line if need be."""
    glow: tuple[Part, ...] = ()
    """What glows in the figure."""
    task: Task | None = None
    question: Question | None = None
    notes: _words(5000) = ""  # type: ignore[valid-type]
    """For the speaker."""


class Lesson(_Part):
    """A lesson."""

    title: _words(120, 1)  # type: ignore[valid-type]
    """What it is called."""
    language: Annotated[str, BeforeValidator(_text), AfterValidator(carried(_language))] = "en"
    """The language that it is written in, as a tag: en, zh-CN, pt-BR."""
    steps: tuple[Step, ...]

    def texts(self) -> Iterator[str]:
        """Yield all that people read of it."""
        found: list[str] = []

        def noted(text: str) -> str:
            found.append(text)
            return text

        self.told(noted)
        yield from found

    def told(self, say: Callable[[str], str]) -> "Lesson":
        """Return the lesson in the language that `say` speaks."""
        return Lesson.model_construct(
            title=say(self.title), language=self.language, steps=tuple(_told_step(step, say) for step in self.steps)
        )


def _told_step(step: Step, say: Callable[[str], str]) -> Step:
    task, question = step.task, step.question
    if task is not None:
        task = task.model_copy(update=_said(task, say, ("do", "done")))
    if question is not None:
        words = _said(question, say, ("ask", "right", "because", "rule"))
        question = question.model_copy(update={**words, "choices": tuple(map(say, question.choices))})
    words = _said(step, say, ("sentence", "say", "notes"))
    return step.model_copy(update={**words, "task": task, "question": question})


def _said(part: BaseModel, say: Callable[[str], str], names: Sequence[str]) -> dict[str, str]:
    return {name: say(text) for name in names if (text := getattr(part, name))}


# ---- from lists and texts to a lesson, with a sentence for what does not fit

KINDS: Mapping[str, type[BaseModel]] = {"steps": Step, "task": Task, "question": Question}


def read_lesson(value: object) -> Lesson:
    """Return the lesson that an object of lists and texts describes; raise LessonMistake, with a pointer."""
    if not isinstance(value, Mapping):
        raise LessonMistake("A lesson has a title and steps.", pointer="")
    steps = value.get("steps")
    if isinstance(steps, list | tuple) and not steps:
        raise LessonMistake("steps is an empty list; a lesson has at least one step.", pointer="/steps")
    if isinstance(steps, list | tuple) and len(steps) > MOST_STEPS:
        raise LessonMistake(
            "A lesson has at most {most} steps; this one has {count}. Make two of it.",
            most=MOST_STEPS,
            count=f"{len(steps):,}",
            pointer=f"/steps/{MOST_STEPS}",
        )
    return _validated(Lesson, value)


def read_step(value: Mapping[str, object]) -> Step:
    """Return the step that an object describes; raise LessonMistake, with a pointer inside it."""
    return _validated(Step, value)


def _check_characters(value: object, place: str = "", depth: int = 0) -> None:
    """Raise LessonMistake where a text has what no page can show: halves of characters, and controls."""
    if isinstance(value, str) and (found := UNWRITABLE.search(value)):
        raise LessonMistake(
            "There is a character here that no page can show ({code}); take it out.",
            code=f"U+{ord(found[0]):04X}",
            pointer=place,
        )
    if depth == DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, part in value.items():
            _check_characters(name, place, depth + 1)
            _check_characters(part, f"{place}/{escaped(str(name)[:60])}", depth + 1)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            _check_characters(part, f"{place}/{number}", depth + 1)


def _validated(kind: type[Whole], value: object) -> Whole:
    _check_characters(value)
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = min(error.errors(include_url=False), key=_order)
        raise _sentence(first, kind) from None


def _order(error: ErrorDetails) -> tuple[int, bool]:
    """Order errors by their steps, and in one step names that nobody knows first: what is missing is then misspelt."""
    step = next((part for part in error["loc"] if isinstance(part, int)), -1)
    return step, error["type"] != "extra_forbidden"


def _unknown(name: str, kind: type[BaseModel], place: str) -> LessonMistake:
    nearest = get_close_matches(name[:60], kind.model_fields, 1, 0.5)
    return LessonMistake(
        "A {noun} has no {name}; did you mean {nearest}?" if nearest else "A {noun} has no {name}; it has {names}.",
        noun=kind.__name__.lower(),
        name=shown(name[:60]),
        nearest=nearest[0] if nearest else "",
        names=", ".join(kind.model_fields),
        pointer=place,
    )


def _sentence(error: ErrorDetails, kind: type[BaseModel]) -> LessonMistake:
    """Return an error of pydantic's as a sentence."""
    pointer = "".join(f"/{escaped(str(part)[:60])}" for part in error["loc"])
    field = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "lesson")
    given, limits = error.get("input"), error.get("ctx") or {}
    said: dict[str, Any] = {"field": field, "pointer": pointer}
    match error["type"]:
        case "value_error":
            mistake: LessonMistake = limits["error"].mistake
            mistake.pointer = pointer + (mistake.pointer or "")
            return mistake
        case "extra_forbidden":
            *inside, name = error["loc"]
            around = next((KINDS[part] for part in reversed(inside) if isinstance(part, str)), kind)
            return _unknown(str(name), around, pointer)
        case "missing":
            return LessonMistake("{field} is missing.", **said)
        case "string_too_short" | "too_short" if isinstance(given, str):
            return LessonMistake("{field} is empty; write something there.", **said)
        case "string_too_long" | "too_long" if isinstance(given, str):
            count, most = len(str(given).strip()), limits["max_length"]
            return LessonMistake(
                "{field} has {count} characters; the most is {most}.", count=f"{count:,}", most=f"{most:,}", **said
            )
        case "too_long":
            count, most = len(given) if isinstance(given, Sequence) else 0, limits["max_length"]
            return LessonMistake("{field} has {count} entries; the most is {most}.", count=count, most=most, **said)
        case "literal_error":
            allowed = PARTS if field == "glow" else get_args(Kind)
            return LessonMistake(
                "{field} knows {names}, and no {given}.", names=", ".join(allowed), given=shown(given), **said
            )
        case "string_type":
            return LessonMistake("{field} must be a text, not {given}.", given=_kind_of(given), **said)
        case "tuple_type":
            return LessonMistake("{field} must be a list, not {given}.", given=_kind_of(given), **said)
    return LessonMistake("{field} must have fields of its own below it, not {given}.", given=_kind_of(given), **said)


def _kind_of(value: object) -> str:
    if isinstance(value, Mapping):
        return "fields"
    if isinstance(value, list | tuple):
        return "a list"
    return shown(value)
