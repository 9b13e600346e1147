"""Choices: frozen option dataclasses, spelled `name:key=value,...`, in JSON, or as an instance.

A *family* is a tuple of choice classes. One spelling serves the command line, a saved run and a sweep; a library user
passes an instance of their own wherever a choice is taken, and spells it `package.module:Class:key=value,...`.
"""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
import textwrap
import types
import typing
from collections.abc import Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Self, TypeVar, dataclass_transform, get_args, get_origin

from segue.core.errors import InputError, unknown
from segue.core.own_choices import check_trust, load_own, split_own

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

    Returns:
        The field.
    """
    metadata = {"help": help, "low": low, "high": high, "group": group, "was": was}
    return dataclasses.field(default=default, metadata=metadata)


def needed(*, help: str) -> Any:
    """A dataclass field without a default.

    Args:
        help: what it means, in one line.

    Returns:
        The field. Type checkers know that it has no default, for which `help` must be named.
    """
    return dataclasses.field(metadata={"help": help})


def optional(help: str, default: Any = None, *, group: str = "") -> Any:
    """A dataclass field that may be left out, a word in its own place on the command line.

    Args:
        help: what it means, in one line.
        default: its value where none is given; () for any number of words.
        group: the heading under which a help page shows it.

    Returns:
        The field.
    """
    return dataclasses.field(default=default, metadata={"help": help, "word": True, "group": group})


def spell_option(field: str) -> str:
    """A field as an option of the command line; one whose name Python keeps for itself ends in `_`.

    Args:
        field: the name of the field.

    Returns:
        The option's name.

    >>> spell_option("best_cut"), spell_option("from_")
    ('--best-cut', '--from')
    """
    return f"--{field.strip('_').replace('_', '-')}"


def format_type(kind: Any) -> str:
    """What stands for a value of a field's type on a help page.

    Args:
        kind: a type; None, where a value may be that, is left out.

    Returns:
        `INT`, `PATH`, `{overlap,insert}`, or the kind of a choice.

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
        return re.sub("(?<=[a-z])(?=[A-Z])", "-", kind.__name__).upper()  # PATH-CHOICE: no file
    return _TYPE_NAMES.get(kind, "TEXT")


def format_range(field: dataclasses.Field[Any], most: float = 1_000_000) -> str:
    """The bounds of a field in words.

    Args:
        field: a field made by `option`.
        most: the greatest upper bound that is named; a greater one only guards against mistakes.

    Returns:
        "0 to 1", "1 or more", "9 or less", or nothing where there are no bounds.

    >>> [format_range(option(1, "", low=low, high=high)) for low, high in ((0, 1), (1, math.inf), (-math.inf, 5))]
    ['0 to 1', '1 or more', '5 or less']
    """
    low, high = field.metadata.get("low", -math.inf), field.metadata.get("high", math.inf)
    if math.isfinite(low):
        return f"{low:.10g} to {high:.10g}" if math.isfinite(high) and high <= most else f"{low:.10g} or more"
    return f"{high:.10g} or less" if math.isfinite(high) else ""


def without_none(kind: Any) -> Any:
    """A type without the None that it may also be.

    Args:
        kind: any type.

    Returns:
        The type, or the union of the others.
    """
    if get_origin(kind) in (typing.Union, types.UnionType):
        return typing.Union[tuple(one for one in get_args(kind) if one is not type(None))]  # noqa: UP007
    return kind


class _Documentation:
    """The docstring of a class with its options, made when it is read, since the fields are not known before."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __get__(self, instance: object, cls: type) -> str:
        if "__dataclass_fields__" not in cls.__dict__ or not dataclasses.fields(cls):
            return self.text
        return f"{inspect.cleandoc(self.text)}\n\nOptions:\n{''.join(_describe_fields(cls))}"


@dataclass_transform(frozen_default=True, field_specifiers=(needed, dataclasses.field))
class Checked:
    """A frozen dataclass whose fields are checked against their types and bounds when it is made.

    Integers are accepted where floats are asked for, and text for whatever it spells. The docstring of a subclass ends
    in a list of its options.

    Raises:
        InputError: for a value of another type, or out of bounds; it names the field.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__doc__ = _Documentation(cls.__dict__.get("__doc__") or "")  # type: ignore[assignment]

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
        """The fields as JSON values, by name: choices and paths as text, tuples as lists."""
        return {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_json(cls, data: Mapping[str, Any], *, trust_code: bool = False) -> Self:
        """The inverse of `to_json`.

        Args:
            data: values by field name, as read from a file; a field that is left out has its default.
            trust_code: whether choices of one's own, `package.module:Class`, may be imported.

        Returns:
            The instance.

        Raises:
            InputError: for a field that does not exist or is missing, a value that is not allowed, and a choice of
                one's own without `trust_code`.
        """
        names = [f.name for f in dataclasses.fields(cls)]  # type: ignore[arg-type]
        for key, value in data.items():
            if key not in names:
                raise unknown(f"option of {cls.__name__}", key, names)
            check_trust(value, f"{key} of {cls.__name__}", trust_code)
        return _make(cls, data)


class Choice(Checked):
    """One member of a family: a name, and options with defaults.

    A class of one's own that has no `name` is called by its import path, `package.module:Class`, so that its spelling
    says where it is; so is one that was chosen by that path.
    """

    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "name" not in cls.__dict__:
            cls.name = _import_path(cls)

    def __post_init__(self) -> None:
        super().__post_init__()
        for field in dataclasses.fields(self):
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
        changed = [f"{name}={spell(value)}" for name, value in list_changes(self).items()]
        return f"{self.name}:{','.join(changed)}" if changed else self.name


def list_changes(value: Checked) -> dict[str, Any]:
    """List the fields that do not have their defaults.

    Args:
        value: a choice or a request.

    Returns:
        Their values by name, in the order of the fields; a field without a default is always there.

    >>> from segue.training.methods import VAE
    >>> list_changes(VAE(beta=4))
    {'beta': 4.0}
    """
    values = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))  # type: ignore[arg-type]
    return {field.name: own for field, own in values if own != field.default}


class RequestField(NamedTuple):
    """A field of a request, its type, and its dotted path, such as `training.seed` in a request within."""

    field: dataclasses.Field[Any]
    kind: Any
    path: str

    def get(self, request: Checked) -> Any:
        """The value that the field has in a request."""
        return attrgetter(self.path)(request)


def walk_fields(request: type[Checked]) -> Iterator[RequestField]:
    """Go through the fields of a request and of the requests within it.

    Args:
        request: the class.

    Yields:
        The fields with their types, in order; in place of a field that is a request, the fields of that one.

    >>> from segue.commands.train import TrainRequest
    >>> [each.path for each in walk_fields(TrainRequest) if each.field.name in ("method", "seed")]
    ['method', 'training.seed']
    """
    hints = type_hints(request)
    for field in dataclasses.fields(request):  # type: ignore[arg-type]
        kind = hints[field.name]
        if is_request(kind):
            yield from (each._replace(path=f"{field.name}.{each.path}") for each in walk_fields(kind))
        else:
            yield RequestField(field, kind, field.name)


def is_request(kind: Any) -> bool:
    """Whether a type is that of a request: options that are checked, but not one of a family.

    Args:
        kind: any type.

    Returns:
        True for a request.
    """
    return isinstance(kind, type) and issubclass(kind, Checked) and not issubclass(kind, Choice)


C = TypeVar("C", bound=Choice)


def choose(value: str | C, family: tuple[type[C], ...], what: str, *, trust_code: bool = True) -> C:
    """The choice that `value` spells.

    Args:
        value: `name:key=value,...` of a member of the family; `package.module:Class:key=value,...` of a class of one's
            own, which is imported; or an instance, which is returned as it is.
        family: the classes to choose among.
        what: what the family is called in messages.
        trust_code: whether a class of one's own may be imported; False for a spelling that comes from a file.

    Returns:
        An instance of one of the classes, or of a class of the same kind.

    Raises:
        InputError: for an unknown name or option (suggesting the nearest), for a value of the wrong type or out of
            bounds, and for a class that cannot be imported, is not trusted, or is of another kind.

    >>> from segue.latent.paths import PATHS
    >>> choose("slerp", PATHS, "path")
    Slerp()
    """
    if isinstance(value, Choice):
        return value
    if not isinstance(value, str):
        raise InputError(f"{what} {value!r}", "a name, or an instance of a choice", f"{family[0].name!r}, for instance")
    text = value.strip()
    check_trust(text, what, trust_code)
    names = {cls.name: cls for cls in family}
    # A name may itself hold a colon (`worlds:pole`), so the longest name that fits wins.
    fits = [name for name in names if text == name or text.startswith(name + ":")]
    own = None if fits else split_own(text)
    if own is not None:
        cls, options = _load_class(own[0], family, what), own[1]
    elif fits:
        cls = names[max(fits, key=len)]
        options = text[len(cls.name) + 1 :]
    else:
        raise unknown(what, text.split(":")[0] if ":" not in "".join(names) else text, names)
    return _make(cls, _parse_options(cls, options))


K = TypeVar("K", bound=Checked)


def _make(cls: type[K], data: Mapping[str, Any]) -> K:
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        has_default = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        if not has_default and field.name not in data:
            raise InputError(f"{cls.__name__} without {field.name}", f"a value for {field.name}", "giving it")
    return cls(**data)


def _import_path(cls: type[Choice]) -> str:
    """Where a class of one's own can be imported from; the plain name of one that cannot, and of segue's."""
    known = cls.__module__.partition(".")[0] in (__name__.partition(".")[0], "__main__")
    return cls.__name__ if known or not cls.__qualname__.isidentifier() else f"{cls.__module__}:{cls.__name__}"


def _load_class(path: str, family: tuple[type[C], ...], what: str) -> type[C]:
    """The class of one's own at an import path, if it is of the kind of a family."""
    kind: type[C] = next(base for base in family[0].__mro__ if all(issubclass(cls, base) for cls in family))
    found = load_own(path, what)
    if not (isinstance(found, type) and issubclass(found, kind)):
        raise InputError(
            f"{what} {path}", f"a subclass of {kind.__name__}", f"deriving it from {kind.__module__}.{kind.__name__}"
        )
    if "__dataclass_fields__" not in found.__dict__:
        raise InputError(f"{what} {path}", "a frozen dataclass", "decorating it with @dataclass(frozen=True)")
    for name in dir(found):
        if getattr(getattr(found, name, None), "__isabstractmethod__", False):
            raise InputError(f"{what} {path} without {name}", f"all that a {kind.__name__} does", f"defining {name}")
    found.name = path
    return found


def _parse_options(cls: type[Choice], text: str) -> dict[str, Any]:
    allowed = [f.name for f in dataclasses.fields(cls)]
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
    if origin is Literal:
        allowed = {spell(a): a for a in get_args(kind)}
        if spell(value) not in allowed:
            raise unknown(label, str(value), allowed)
        return allowed[spell(value)]
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
        raise InputError(_given(label, spell(tuple(parts))), f"{len(kinds)} values", "the form 1x2x3")
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
            allowed = format_range(field, math.inf)
            raise InputError(_given(label, f"{number:g}"), allowed, "a value in that range")


def _plain(value: Any) -> Any:
    if isinstance(value, (Choice, Path)):
        return str(value)
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def spell(value: Any) -> str:
    """A value of an option as text.

    Args:
        value: what an option may have: a number, a truth value, text, a choice, a path, None, or a tuple of these.

    Returns:
        The text that is read back as the value.

    >>> spell(None), spell((16, 12)), spell(True), spell(1e-05)
    ('none', '16x12', 'true', '1e-05')
    """
    if isinstance(value, tuple):
        return "x".join(map(spell, value))
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def _describe_fields(cls: type) -> Iterator[str]:
    """The fields of a class, a paragraph for each: its name, type, bounds, default and meaning."""
    hints = type_hints(cls)
    for field in dataclasses.fields(cls):
        default = "" if field.default is dataclasses.MISSING else f"default {spell(field.default) or 'empty'}"
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            default = "needed"
        facts = ", ".join(filter(None, [_describe_type(hints[field.name]), format_range(field), default]))
        meaning = field.metadata.get("help", "")
        text = f"{field.name} ({facts}){': ' if meaning else ''}{meaning}"
        yield textwrap.fill(text, 112, initial_indent="    ", subsequent_indent="        ") + "\n"


def _describe_type(kind: Any) -> str:
    if kind is type(None):
        return "None"
    if get_origin(kind) in (typing.Union, types.UnionType):
        return " or ".join(map(_describe_type, get_args(kind)))
    if get_origin(kind) is Literal:
        return " or ".join(map(repr, get_args(kind)))
    if get_origin(kind) is tuple:
        first, *others = map(_describe_type, (inner for inner in get_args(kind) if inner is not Ellipsis))
        return f"any number of {first}" if get_args(kind)[-1] is Ellipsis else "x".join([first, *others])
    return getattr(kind, "__name__", str(kind))
