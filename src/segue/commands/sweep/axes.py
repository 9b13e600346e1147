"""Axes of a sweep: an option of `segue train`, and the values that it takes.

An axis is spelled `NAME=VALUE,VALUE`, the name and the values as on the command line of train. A comma begins a new
value unless `word=` follows it, as within `vae:beta=4,likelihood=gaussian`: no value begins so, and every option of a
choice but its first does. A number may have a range instead, `lr=1e-4..1e-2`.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from segue.commands.train import TrainRequest
from segue.core.choices import RequestField, choose, spell, walk_fields
from segue.core.errors import InputError, unknown
from segue.data.corruptions import corruption
from segue.training.methods import METHODS

_OWN = ("data", "out", "resume", "force")
"""What a sweep itself decides of a training."""

LOGARITHMIC = 10.0
"""The ratio of a range's ends from beyond which it is even in the logarithm."""

_PROBE = TrainRequest("digits", Path("run"))


@dataclass(frozen=True)
class Axis:
    """An option of train, spelled as on its command line, and its `values` as text, or a `span` of numbers."""

    name: str
    values: tuple[str, ...] = ()
    span: tuple[float, float] | None = None

    @property
    def whole(self) -> bool:
        """Whether the span is one of whole numbers."""
        return self.span is not None and isinstance(self.span[0], int)

    @property
    def logarithmic(self) -> bool:
        """Whether the span is even in the logarithm: from above 0 to more than ten times as much."""
        return self.span is not None and 0 < self.span[0] * LOGARITHMIC < self.span[1]

    def __str__(self) -> str:
        """The shortest spelling.

        >>> str(parse_axis("batch=4, 8")), str(parse_axis("lr=1e-4..1e-2"))
        ('batch=4,8', 'lr=0.0001..0.01')
        """
        values = ",".join(self.values) if self.span is None else "..".join(map(spell, self.span))
        return f"{self.name}={values}"


def parse_axis(text: str) -> Axis:
    """Read the spelling of an axis.

    Args:
        text: `NAME=VALUE,VALUE` or `NAME=LOW..HIGH`.

    Returns:
        The axis.

    Raises:
        InputError: For an option that train does not have, or that a sweep decides itself; for a value that train would
        not
            take, or that comes twice; for a range of what is no number, or whose ends are no range.

    >>> parse_axis("method=ae,vae:beta=4,likelihood=gaussian,aae").values
    ('ae', 'vae:beta=4.0,likelihood=gaussian', 'aae')
    """
    written, equals, rest = (part.strip() for part in text.partition("="))
    name = written.removeprefix("--").replace("-", "_")
    options = _options()
    if not equals:
        raise InputError(f"`axis` {text}", "NAME=VALUE,VALUE", "batch=4,8, for instance")
    if name not in options:
        raise unknown("--axis", written, [_spell_name(option) for option in options])
    numbers = [kind for kind in (int, float) if kind in _kinds(options[name].kind)]
    if numbers and ".." in rest:
        return Axis(_spell_name(name), span=_span(name, rest, text))
    values = [spell(_read(name, value)) for value in _split(rest)]
    if len(set(values)) < len(values):
        raise InputError(f"`axis` {text}, with a value twice", "each value once", "leaving one out")
    return Axis(_spell_name(name), tuple(values))


def parse_axes(texts: Sequence[str], base: TrainRequest) -> tuple[Axis, ...]:
    """Read the spellings of the axes of a sweep.

    Args:
        texts: The axes, as of `parse_axis`.
        base: The training to vary.

    Returns:
        The axes.

    Raises:
        InputError: As `parse_axis`; for none, for two of one option, and for an option that `base` gives too.
    """
    if not texts:
        raise InputError("a sweep without `axis`", "one or more", "an option of train: `axis` batch=4,8")
    axes = tuple(map(parse_axis, texts))
    names = [axis.name for axis in axes]
    plain = type(base)(base.data, base.out)
    for name in names:
        field = name.replace("-", "_")
        if names.count(name) > 1:
            raise InputError(f"`axis` {name} twice", "one axis of an option", "one with all its values")
        if value_of(base, field) != value_of(plain, field):
            raise InputError(f"`{field}` beside `axis` {name}", "one of them", "leaving one out")
    return axes


def vary(base: TrainRequest, values: Mapping[str, str]) -> TrainRequest:
    """Give a training other values of some options.

    Args:
        base: The training.
        values: Values as text, by the names of the options on the command line.

    Returns:
        The training with these values.

    >>> vary(TrainRequest("digits", Path("run")), {"corrupt": "none", "step-size": "3"}).training.step_size
    3
    """
    given: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        field = name.replace("-", "_")
        given.setdefault(_options()[field].path.rpartition(".")[0], {})[field] = _read(field, value)
    inner = {group: replace(getattr(base, group), **given.pop(group)) for group in [*given] if group}
    return replace(base, **given.get("", {}), **inner)


def value_of(request: TrainRequest, field: str) -> Any:
    """Look up the value of an option of train.

    Args:
        request: The training.
        field: The name of the option's field.
    """
    return _options()[field].get(request)


def spell_options(request: TrainRequest) -> dict[str, Any]:
    """The values of all options of train that an axis may vary, as text, by field."""
    values = {field: value_of(request, field) for field in _options()}
    choices = {"method": choose(request.method, METHODS, "method"), "corrupt": corruption(request.corrupt)}
    return {field: spell(value) for field, value in (values | choices).items()}


@cache
def _options() -> dict[str, RequestField]:
    """The options of train by field."""
    return {each.field.name: each for each in walk_fields(TrainRequest) if each.path not in _OWN}


def _kinds(hint: Any) -> tuple[Any, ...]:
    """The types that a value may have."""
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)


def _spell_name(field: str) -> str:
    return field.replace("_", "-")


def _split(text: str) -> list[str]:
    return [value.strip() for value in re.split(r",(?!\s*\w+\s*=)", text)]


def _read(field: str, text: str) -> Any:
    """The value of an option that `text` spells, as train reads it."""
    if not text:
        raise InputError(
            f"`axis` {_spell_name(field)} with an empty value", "values, commas between them", "batch=4,8, for instance"
        )
    own = _options()[field]
    group, hint = own.path.rpartition(".")[0], own.kind
    if field == "method":
        return choose(text, METHODS, "method")
    if field == "corrupt":
        return corruption(text)
    if text == "none" and type(None) in _kinds(hint):
        return None
    if Path in _kinds(hint):
        return Path(text)
    probe = replace(getattr(_PROBE, group) if group else _PROBE, **{field: text})
    return getattr(probe, field)


def _span(field: str, text: str, axis: str) -> tuple[float, float]:
    ends = [_read(field, end.strip()) for end in text.split("..")]
    if len(ends) != 2 or None in ends or not ends[0] < ends[1]:
        raise InputError(f"`axis` {axis}", "a range from low to high", "lr=1e-4..1e-2, for instance")
    return ends[0], ends[1]
