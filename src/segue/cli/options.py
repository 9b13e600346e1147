"""A request's fields as options of the command line."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin

from cyclopts import Group, Parameter

from segue.core.choices import (
    Checked,
    format_range,
    format_type,
    is_request,
    spell_option,
    type_hints,
    walk_fields,
    without_none,
)

GROUPS = ("Input", "Options", "Output", "Advanced", "This run")
"""The usual groups of a help page; a request's own stand before `Output`, in the order of its fields."""


def make_request(request: type[Checked], values: dict[str, Any]) -> Checked:
    """The request that options make, by field name; a field without one keeps its default."""
    own: dict[str, Any] = {}
    for name, kind in type_hints(request).items():
        if is_request(kind):
            own[name] = make_request(kind, values)
        elif values.get(name) is not None:
            own[name] = values[name]
    return request(**own)


def rename_aliases(request: type[Checked], words: Sequence[str]) -> list[str]:
    """The words of a command line, with the names that options had before replaced by those of today."""
    today = {
        alias: spell_option(field.name)
        for field, _, _ in walk_fields(request)
        for alias in field.metadata.get("was", ())
    }
    renamed = []
    for word in words:
        name, equals, value = word.partition("=")
        renamed.append(today.get(name, name) + equals + value)
    return renamed


def make_parameters(request: type[Checked]) -> list[inspect.Parameter]:
    """The fields of a request as parameters that cyclopts reads.

    Their values stay text: the request reads and checks them, and says what is wrong.
    """
    fields = [(field, kind) for field, kind, _ in walk_fields(request)]
    own = dict.fromkeys(_group_name(field) for field, _ in fields)
    names = [*GROUPS[:2], *(name for name in own if name not in GROUPS), *GROUPS[2:]]
    groups = {name: Group(name, sort_key=number) for number, name in enumerate(names)}
    parameters = [_make_parameter(field, kind, groups[_group_name(field)]) for field, kind in fields]
    parameters += [
        make_flag(name, meaning, groups["This run"])
        for name, meaning in (
            ("json", "print the result as one JSON object"),
            ("quiet", "print the result alone, no progress"),
            ("verbose", "say more: when each step began, and where an unexpected error came from"),
        )
    ]
    return sorted(parameters, key=lambda parameter: (parameter.kind, parameter.default is not parameter.empty))


def make_flag(name: str, help: str, group: Group) -> inspect.Parameter:
    """An option without a value."""
    note = Parameter(name=spell_option(name), negative="", help=help, group=group, show_default=False)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Annotated[bool, note])


def spell_field(field: dataclasses.Field[Any]) -> str:
    """A field as a person writes it on the command line: an option, or the name of a word in its own place."""
    return field.name.upper() if _is_positional(field) else spell_option(field.name)


def _is_positional(field: dataclasses.Field[Any]) -> bool:
    return (field.default is dataclasses.MISSING and field.name != "out") or field.metadata.get("word", False)


def _make_parameter(field: dataclasses.Field[Any], kind: Any, group: Group) -> inspect.Parameter:
    needed = field.default is dataclasses.MISSING
    if isinstance(field.default, bool):
        return make_flag(field.name, field.metadata["help"], group)
    positional, option = _is_positional(field), spell_option(field.name)
    names = () if positional else (option, "-o") if field.name == "out" else (option,)
    note = Parameter(
        name=names or None,
        help=field.metadata["help"] + _format_values(field, format_type(kind) if positional else ""),
        group=group,
        metavar=format_type(kind),
        negative="",
        show_default=False,
        show_choices=False,
        # A value may be -1; a word in its own place that begins so is a misspelt option.
        allow_leading_hyphen=bool(names),
        converter=_keep_text,
    )
    text: Any = list[str] if isinstance(field.default, tuple) else _completed_type(kind)
    return inspect.Parameter(
        field.name,
        inspect.Parameter.POSITIONAL_ONLY if positional else inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if needed else None,
        annotation=Annotated[text if needed else text | None, note],
    )


def _group_name(field: dataclasses.Field[Any]) -> str:
    positional = field.default is dataclasses.MISSING or field.metadata.get("word", False)
    if field.name == "out":
        return "Output"
    return str(field.metadata.get("group") or ("Input" if positional else "Options"))


def _keep_text(kind: Any, tokens: Sequence[Any]) -> Any:
    """The text of an option's value, or of all its values where it may be given several times."""
    values = [token.value for token in tokens]
    return values if get_origin(without_none(kind)) is list else values[0]


def _completed_type(kind: Any) -> Any:
    """The type by which a shell completes a value: allowed values, file names; else plain text."""
    kind = without_none(kind)
    return kind if kind is Path or get_origin(kind) is Literal else str


def _format_values(field: dataclasses.Field[Any], positional_type: str) -> str:
    """The range and the default of a field, in brackets, and what a word in its own place may be."""
    parts = [positional_type if positional_type.startswith("{") else "", format_range(field)]
    if field.default not in (dataclasses.MISSING, None, ()):
        parts.append(f"default {field.default}")
    shown = "; ".join(filter(None, parts))
    return f" [{shown}]" if shown else ""
