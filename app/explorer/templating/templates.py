"""Jinja2, with every word a person reads through gettext and the few filters that numbers need."""

import re
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from app.explorer.editing.filter_facts import number
from app.explorer.sums.filter_sum import FilterSum
from app.explorer.sums.merge_sum import MergeSum
from app.explorer.sums.shares import shares
from app.explorer.templating.assets import modules, static
from app.explorer.templating.compiled import compiled_in
from app.explorer.templating.context import Context, variables
from app.explorer.view import View
from app.messages import LANGUAGES, catalogue, others
from app.numerics.kernels import fits, half_turn
from app.paths import folder
from app.printing import numbers
from app.printing.digits import DECIMALS, SIGNIFICANT
from app.printing.working import exponential, plainly, spelled, working
from app.punctuation import chinese, chinese_page
from app.rendering.diagrams.curve import curve
from app.rendering.sheets.maps import extent_of
from app.rendering.svg import Face


@lru_cache
def environment(language: str) -> Environment:
    """Return the templates, speaking `language`."""
    env = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    env.filters.update(
        fixed=numbers.fixed,
        short=numbers.short,
        grouped=numbers.grouped,
        written=numbers.written,
        level=numbers.level,
        brief=numbers.brief,
        fact=number,
        abs_max=extent_of,
        static=static,
        coded=coded,
        decimal=Decimal,
    )
    env.globals.update(adding_up=numbers.adding_up, brightness=numbers.brightness, crop=crop, by=by, fits=fits)
    env.globals.update(static=static, modules=modules, languages=others(language))
    env.globals.update(
        working=working, spelled=spelled, plainly=plainly, exponential=exponential, curve=curve, shares=shares
    )
    env.globals.update(
        filter_sum=FilterSum, merge_sum=MergeSum, half_turn=half_turn, formats={"d": DECIMALS, "s": SIGNIFICANT}
    )
    return env


def keep_compiled(in_folder: Path) -> None:
    """Keep what templates are compiled to under a folder, where it can be written."""
    for language in LANGUAGES:
        environment(language).bytecode_cache = compiled_in(in_folder)


def render(language: str, name: str, *contexts: Context) -> str:
    """Return the template `name`, which sees the fields of `contexts`."""
    text = environment(language).get_template(name).render(variables(*contexts))
    return chinese_page(text) if language.startswith("zh") else text


def sentence_of(view: View) -> str:
    """Return what happens at a place, in one plain sentence; the question where it is to be predicted."""
    if view.unsaid:
        return view.unsaid
    module = environment(view.language).get_template(f"layers/{view.layer.type}.html").module
    sentence = " ".join(str(module.sentence(view)).split())  # type: ignore[attr-defined]
    return chinese(sentence) if view.language.startswith("zh") else sentence


def form_of(view: View) -> str:
    """Return the classes of the written sum of a layer: what its template says, else by whether it has weights."""
    module = environment(view.language).get_template(f"layers/{view.layer.type}.html").module
    return str(getattr(module, "form", "single" if view.weight is None else "blocks"))


def coded(text: str) -> Markup:
    """Return a message in which what stands between backticks, names of fields and headers, is code."""
    return Markup(re.sub("`([^`]*)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  it is escaped


def crop(face: Face, label: str = "", class_: str = "") -> Markup:
    """Return a picture that shows a part of a sheet, its pixels crisp."""
    about = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(
        '<svg class="crop {}" viewBox="{} {} {} {}" {}><image href="{}" width="{}" height="{}"/></svg>'
    ).format(
        f"{class_} signed" if face.signed else class_,
        face.x,
        face.y,
        face.columns,
        face.rows,
        about,
        face.href,
        *face.size,
    )


def by(*sides: int | str) -> str:
    """Return sizes as they are read: 28 × 28 × 6."""
    return " × ".join(map(str, sides))
