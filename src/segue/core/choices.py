"""Choices: frozen option dataclasses, spelled `name:key=value,...`, in JSON, or as an instance.

A *family* is a tuple of choice classes. One spelling serves the command line, a saved run and a
sweep; a library user passes an instance of their own wherever a choice is taken.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, TypeVar, get_args, get_origin

from segue.core.errors import InputError, unknown

_MOST_SHOWN = 1_000_000
_TYPE_NAMES: dict[Any, str] = {int: "INT", float: "FLOAT", bool: "BOOL", str: "TEXT", Path: "PATH"}


def option(
    default: Any,
    help: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    group: str = "",
    was: tuple[str, ...] = (),
) -> Any:
    """A dataclass field with a default.

    Args:
        default: its value where none is given.
        help: what it means, in one line.
        low: the least number allowed.
        high: the greatest number allowed.
        group: the heading under which a help page shows it.
        was: options of the command line that it was before, `--near`, which still work and are not shown.
    """
    metadata = {"help": help, "low": low, "high": high, "group": group, "was": was}
    return dataclasses.field(default=default, metadata=metadata)


def needed(help: str) -> Any:
    """A dataclass field without a default, and a line of help."""
    return dataclasses.field(metadata={"help": help})


def optional(help: str, default: Any = None, *, group: str = "") -> Any:
    """A dataclass field that may be left out, a word in its own place on the command line; with () any number."""
    return dataclasses.field(default=default, metadata={"help": help, "word": True, "group": group})


def spelled(field: str) -> str:
    """A field as an option; one whose name Python keeps for itself ends in `_`.

    >>> spelled("best_cut"), spelled("from_")
    ('--best-cut', '--from')
    """
    return f"--{field.strip('_').replace('_', '-')}"


def format_type(kind: Any) -> str:
    """What stands for a value of a field's type on a help page; None, where that may be one, is left out.

    >>> format_type(float | None), format_type(Literal["overlap", "insert"]), format_type(tuple[Path, ...])
    ('FLOAT', '{overlap,insert}', 'PATH')
    """
    kind = without_none(kind)
    inside = get_args(kind)
    if get_origin(kind) is Literal:
        return f"{{{','.join(map(str, inside))}}}"
    if get_origin(kind) is tuple:
        return format_type(inside[0])
    if inside:  # of a choice, which may also be spelled as text
        return format_type(inside[-1])
    if isinstance(kind, type) and issubclass(kind, Choice):
        return kind.__name__.removesuffix("Choice").upper()
    return _TYPE_NAMES.get(kind, "TEXT")


def format_range(field: dataclasses.Field[Any]) -> str:
    """The bounds of a field in words; empty where it has none. A great upper bound only guards against mistakes.

    >>> [format_range(option(1, "", low=low, high=high)) for low, high in ((0, 1), (1, math.inf), (-math.inf, 5))]
    ['0 to 1', '1 or more', '5 or less']
    """
    low, high = field.metadata.get("low", -math.inf), field.metadata.get("high", math.inf)
    if math.isfinite(low):
        return f"{low:.10g} to {high:.10g}" if high <= _MOST_SHOWN else f"{low:.10g} or more"
    return f"{high:.10g} or less" if math.isfinite(high) else ""


def without_none(kind: Any) -> Any:
    """A type without the None that it may also be."""
    if get_origin(kind) in (typing.Union, types.UnionType):
        return typing.Union[tuple(one for one in get_args(kind) if one is not type(None))]  # noqa: UP007
    return kind


class Checked:
    """A frozen dataclass whose fields are checked against their types and bounds when it is made.

    Raises `InputError` naming the field. Integers are accepted where floats are asked for.
    """

    examples: ClassVar[tuple[str, ...]] = ()
    """Command lines of a request, without the program's name, for its help page."""

    def __post_init__(self) -> None:
        hints = type_hints(type(self))
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = _coerce(getattr(self, field.name), hints[field.name], self._label(field.name))
            _check_bounds(value, field, self._label(field.name))
            object.__setattr__(self, field.name, value)

    def _label(self, field: str) -> str:
        return f"`{field}`"

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The inverse of `to_json`. Raises `InputError` for a field that does not exist."""
        names = [f.name for f in dataclasses.fields(cls)]  # type: ignore[arg-type]
        for key in data:
            if key not in names:
                raise unknown(f"option of {cls.__name__}", key, names)
        return _made(cls, data)


class Choice(Checked):
    """One member of a family: a name, and options with defaults."""

    name: ClassVar[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, str) and ("," in value or value != value.strip()):
                raise InputError(
                    _given(self._label(field.name), repr(value)), "text without commas or outer blanks", "changing it"
                )

    def _label(self, field: str) -> str:
        return f"{self.name}:{field}"

    def __str__(self) -> str:
        """The shortest spelling: options at their defaults are left out.

        >>> from segue.training.methods import VAE
        >>> str(VAE(beta=4))
        'vae:beta=4.0'
        """
        changed = [
            f"{f.name}={_spell(getattr(self, f.name))}"
            for f in dataclasses.fields(self)  # type: ignore[arg-type]
            if getattr(self, f.name) != f.default
        ]
        return f"{self.name}:{','.join(changed)}" if changed else self.name


C = TypeVar("C", bound=Choice)


def choose(value: str | C, family: tuple[type[C], ...], what: str) -> C:
    """The choice that `value` spells; an instance is returned as it is.

    `what` names the family in messages. Raises `InputError` for an unknown name or option
    (suggesting the nearest) and for a value of the wrong type or out of bounds.

    >>> from segue.latent.paths import PATHS
    >>> choose("slerp", PATHS, "path")
    Slerp()
    """
    if isinstance(value, Choice):
        return value
    if not isinstance(value, str):
        raise InputError(f"{what} {value!r}", "a name, or an instance of a choice", f"{family[0].name!r}, for instance")
    text = value.strip()
    names = {cls.name: cls for cls in family}
    # A name may itself hold a colon (`worlds:pole`), so the longest name that fits wins.
    fits = [name for name in names if text == name or text.startswith(name + ":")]
    if not fits:
        raise unknown(what, text.split(":")[0] if ":" not in "".join(names) else text, names)
    cls = names[max(fits, key=len)]
    return _made(cls, _parse_options(cls, text[len(cls.name) + 1 :]))


K = TypeVar("K", bound=Checked)


def _made(cls: type[K], data: dict[str, Any]) -> K:
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if needed and field.name not in data:
            raise InputError(f"{cls.__name__} without {field.name}", f"a value for {field.name}", "giving it")
    return cls(**data)


def _parse_options(cls: type[Choice], text: str) -> dict[str, Any]:
    allowed = [f.name for f in dataclasses.fields(cls)]  # type: ignore[arg-type]
    options: dict[str, Any] = {}
    for part in filter(None, text.split(",")):
        key, equals, value = part.partition("=")
        key = key.strip()
        if not equals:
            raise InputError(f"{cls.name}:{part}", "key=value pairs", f"{cls.name}:{part}=VALUE")
        if key not in allowed:
            raise unknown(f"option of {cls.name}", key, allowed)
        if key in options:
            raise InputError(f"{cls.name}:{key} twice", "each option once", "leaving one out")
        options[key] = value.strip()
    return options


def type_hints(cls: type) -> dict[str, Any]:
    """The types of a class's fields; a name that its module imports for type checkers alone counts as a `Choice`.

    So the request of a command need not load the networks that an option of it chooses.
    """
    absent: dict[str, Any] = {}
    while True:
        try:
            return typing.get_type_hints(cls, localns=absent)
        except NameError as error:
            if not error.name or error.name in absent:
                raise
            absent[error.name] = type(error.name, (Choice,), {})


def _given(label: str, value: object) -> str:
    """A field and the value that it was given, as a message shows them: `` `seed=x` ``, `vae:beta=x`."""
    return f"`{label.strip('`')}={value}`" if label.startswith("`") else f"{label}={value}"


def _coerce(value: Any, kind: Any, label: str) -> Any:
    """`value` as `kind`; text is read as the kind it stands for."""
    origin = get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _to_member(value, get_args(kind), label)
    if origin is typing.Literal:
        spelled = {_spell(a): a for a in get_args(kind)}
        if _spell(value) not in spelled:
            raise unknown(label, str(value), spelled)
        return spelled[_spell(value)]
    if origin is tuple:
        return _to_tuple(value, get_args(kind), label)
    if kind is bool:
        return _to_bool(value, label)
    if kind in (int, float):
        return _to_number(value, kind, label)
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind is str and not isinstance(value, str):
        raise InputError(_given(label, value), "text", "writing it in quotes")
    return value


def _to_member(value: Any, kinds: tuple[Any, ...], label: str) -> Any:
    """`value` as the first kind of a union that takes it."""
    if type(None) in kinds and (value is None or value == "none"):
        return None
    errors: list[InputError] = []
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return _coerce(value, kind, label)
        except InputError as error:
            errors.append(error)
    got, _, remedy = errors[0].args
    raise InputError(got, " or ".join(str(error.args[1]) for error in errors), remedy)


def _to_tuple(value: Any, kinds: tuple[Any, ...], label: str) -> tuple[Any, ...]:
    if not isinstance(value, str | list | tuple):
        raise InputError(_given(label, value), "a list of values", "the form 1x2x3")
    parts = value.replace("x", " ").split() if isinstance(value, str) else value
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(parts)
    if len(parts) != len(kinds):
        raise InputError(_given(label, _spell(tuple(parts))), f"{len(kinds)} values", "the form 1x2x3")
    return tuple(_coerce(part, kind, label) for part, kind in zip(parts, kinds, strict=True))


def _to_bool(value: Any, label: str) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() in words:
        return words[str(value).lower()]
    raise InputError(_given(label, value), "true or false", "one of these")


def _to_number(value: Any, kind: type, label: str) -> Any:
    try:
        number = kind(value)
        wrong = isinstance(value, bool) or (kind is float and not math.isfinite(number))
        wrong = wrong or (kind is int and not isinstance(value, str) and value != number)
    except (TypeError, ValueError, OverflowError):
        wrong = True
    if wrong:
        raise InputError(_given(label, value), f"a{'n int' if kind is int else ' number'}", "a plain number")
    return number


def _check_bounds(value: Any, field: dataclasses.Field[Any], label: str) -> None:
    low, high = field.metadata.get("low", -math.inf), field.metadata.get("high", math.inf)
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, (int, float)) and not low <= number <= high:
            allowed = (
                f"{low:g} or more"
                if math.isinf(high)
                else f"{high:g} or less"
                if math.isinf(low)
                else f"{low:g} to {high:g}"
            )
            raise InputError(_given(label, f"{number:g}"), allowed, "a value in that range")


def _plain(value: Any) -> Any:
    if isinstance(value, (Choice, Path)):
        return str(value)
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def _spell(value: Any) -> str:
    if isinstance(value, tuple):
        return "x".join(map(_spell, value))
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)
