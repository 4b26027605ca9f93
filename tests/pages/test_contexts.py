"""What templates read is declared by a class, and what a class declares is read by a template."""

from dataclasses import fields
from functools import cache
from typing import get_type_hints

import pytest
from jinja2 import meta, nodes

from app.classroom.shown import StepContext, TaskContext
from app.explorer.looks.registry import LOOKS
from app.explorer.page.page import PageContext
from app.explorer.page.parts import LookContext, LookParts, PlateContext, PointedContext, SumContext
from app.explorer.templating.context import Context, variables
from app.explorer.templating.templates import environment
from app.explorer.train.frame import FrameContext
from app.explorer.train.live import LiveContext
from app.web.pages.adding import AdditionsContext
from app.web.pages.docs import DocsContext
from app.web.pages.filter_parts import FilteredContext
from app.web.pages.joining import EndedContext, JoinContext, NowContext, PhoneContext
from app.web.pages.lesson import ContentsContext, LessonContext, SpeakerContext
from app.web.pages.lesson_adding import AddedContext, AloneContext, ChangingContext
from app.web.pages.lesson_files import BrokenContext
from app.web.pages.mistakes import MistakeContext, SaidContext
from app.web.pages.my_lessons import DeskContext
from app.web.pages.network import OpenContext, SettingsContext
from app.web.pages.networks import NetworksContext
from app.web.pages.picture_tools import CONTEXTS, ToolContext
from app.web.pages.remote import RemoteContext
from app.web.pages.rooms import AskedContext, DoorContext, SheetContext
from app.web.pages.sharing import ShareContext
from app.web.pages.worksheet import WorksheetContext

OWN = {name: get_type_hints(look.context)["return"] for name, look in LOOKS.items() if not look.draw}
TOOLS = {name: get_type_hints(make)["return"] for name, make in CONTEXTS.items()}
SHOWN: dict[str, tuple[type[Context], ...]] = {
    "explorer.html": (PageContext, LookParts),
    "_plate.html": (PlateContext,),
    "_sum.html": (SumContext,),
    "_pointed.html": (PointedContext,),
    "docs.html": (DocsContext,),
    "mistake.html": (MistakeContext,),
    "network/open.html": (OpenContext,),
    "network/settings.html": (SettingsContext,),
    "share.html": (ShareContext,),
    "worksheet.html": (WorksheetContext,),
    "lesson/lesson.html": (LessonContext,),
    "lesson/contents.html": (ContentsContext,),
    "lesson/speaker.html": (SpeakerContext,),
    "lesson/_step.html": (StepContext,),
    "lesson/_task.html": (TaskContext,),
    "lesson/edit.html": (DeskContext,),
    "lesson/added.html": (AddedContext, AloneContext),
    "lesson/_added.html": (AddedContext,),
    "lesson/_changing.html": (ChangingContext,),
    "lesson/broken.html": (BrokenContext,),
    "networks.html": (NetworksContext,),
    "additions.html": (AdditionsContext,),
    "train.html": (FrameContext, LiveContext),
    "train/changes.html": (LiveContext,),
    "room/join.html": (JoinContext,),
    "room/phone.html": (PhoneContext, NowContext),
    "room/_now.html": (NowContext,),
    "room/ended.html": (EndedContext,),
    "room/door.html": (DoorContext,),
    "room/sheet.html": (SheetContext,),
    "room/_asked.html": (AskedContext,),
    "room/remote.html": (RemoteContext,),
    "_notice.html": (SaidContext,),
    "_wrong.html": (SaidContext,),
    "filters/_live.html": (FilteredContext,),
    **{f"looks/{name}.html": (LookContext, own) for name, own in OWN.items()},
    **{f"picture/{name}.html": (ToolContext, own) for name, own in TOOLS.items()},
}
FEET = {f"looks/{name}.html": [f"looks/{look.foot}.html"] for name, look in LOOKS.items() if look.foot}
TESTED = {"state", "each", "walk", "projector"}  # names that a template asks for with `is defined`


@cache
def read_by(template: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a template and all that it includes take from the context, and those that they make themselves."""
    env, found, read, made = environment("en"), [template], set(), set()
    for name in found:  # grows while it is read
        source, _, _ = env.loader.get_source(env, name)
        tree = env.parse(source)
        read |= meta.find_undeclared_variables(tree)
        made |= {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")}
        made |= {node.name for node in tree.find_all(nodes.Macro)}
        made |= {node.target for node in tree.find_all(nodes.Import)}
        for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
            if isinstance(node, nodes.FromImport):
                made |= {each if isinstance(each, str) else each[1] for each in node.names}
            whole = isinstance(node.template, nodes.Const)
            start = node.template.value if whole else node.template.nodes[0].value
            if start != "looks/":  # each look is held on its own
                others = (
                    [start] if whole else [n for n in env.list_templates() if n.startswith(start) and "/_" not in n]
                )
                found += [other for other in others if other not in found]
    return frozenset(read - set(env.globals)), frozenset(made)


def names(*contexts: type[Context]) -> set[str]:
    return {field.name for context in contexts for field in fields(context)}


@pytest.mark.parametrize("template", SHOWN)
def test_a_template_reads_only_what_its_contexts_declare(template):
    read, made = read_by(template)
    assert read - made - names(*SHOWN[template]) <= TESTED


@pytest.mark.parametrize("template", SHOWN)
def test_what_a_context_declares_is_read(template):
    read = frozenset[str]().union(*(read_by(each)[0] for each in (template, *FEET.get(template, []))))
    assert names(*(context for context in SHOWN[template] if context is not LookContext)) <= read


@pytest.mark.parametrize("look", OWN)
def test_a_look_says_nothing_that_the_page_says(look):
    """Both stand in one page, where the same name would be two things."""
    assert not names(OWN[look]) & names(PageContext, LookParts, LookContext)


def test_every_context_is_held():
    held = {context for contexts in SHOWN.values() for context in contexts}
    assert set(Context.__subclasses__()) == held - {Context}


def test_two_contexts_that_say_the_same_are_refused():
    with pytest.raises(AssertionError, match="says again"):
        variables(SaidContext("a"), SaidContext("b"))
