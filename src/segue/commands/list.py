"""List what can be chosen by name: methods, paths, metrics, losses, corruptions, styles, worlds, sets and codecs."""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from segue.core.choices import Checked, Choice, format_range, format_type, optional, type_hints
from segue.core.errors import unknown
from segue.core.progress import Report, silent

Family: TypeAlias = Literal[
    "methods", "paths", "metrics", "losses", "corruptions", "styles", "worlds", "sets", "codecs"
]

_CITATION = re.compile(
    r"[A-Z][\w-]+(?:(?:, | and )[A-Z][\w-]+)*(?: et al\.)? (?:19|20)\d\d(?:, (?:arXiv [\d.]*\d|doi [^\s,;)]+))?"
)
_WIDTH = 100


@dataclass(frozen=True)
class ListRequest(Checked):
    """What `segue list` asks for."""

    examples = ("list", "list methods", "list styles morph")

    family: Family | None = optional("what to list; without it, all that can be listed")
    name: str | None = optional("show all about this one")


@dataclass(frozen=True)
class Option:
    """An option of a choice: its name, the type or the allowed values, the default, the bounds and what it means."""

    name: str
    type: str
    default: Any
    range: str
    help: str


@dataclass(frozen=True)
class Member:
    """A choice of a family.

    Args:
        name: how it is spelled on the command line, before its options.
        meaning: one line.
        references: where it is from: authors, year, arXiv number.
        options: its options.
        about: its whole description.
    """

    name: str
    meaning: str
    references: tuple[str, ...]
    options: tuple[Option, ...]
    about: str


@dataclass(frozen=True)
class ListResult:
    """The members of a family, or one of them; without a family, the families themselves.

    Args:
        family: what is listed; None for the families.
        named: whether one member was asked for by its name.
        members: what there is.
    """

    family: Family | None
    named: bool
    members: tuple[Member, ...]


def run_list(request: ListRequest, report: Report = silent) -> ListResult:
    """List a family of choices, from the code that carries them out: its docstrings and fields.

    Args:
        request: the family, and perhaps one name in it.
        report: is not used: this takes no time.

    Returns:
        The members, in the family's order.

    Raises:
        InputError: for a name that is not in the family.
    """
    if request.family is None:
        families = (Member(name, f"{about}: {use}", (), (), "") for name, (about, use, _) in _FAMILIES.items())
        return ListResult(None, False, tuple(families))
    about, _, members_of = _FAMILIES[request.family]
    members = tuple(members_of())
    if request.name is not None:
        names = [member.name for member in members]
        if request.name not in names:
            raise unknown(about, request.name, names)
        members = (members[names.index(request.name)],)
    return ListResult(request.family, request.name is not None, members)


def format_result(result: ListResult) -> str:
    """The result in words, as a terminal shows it."""
    if result.family is None:
        wide = max(len(member.name) for member in result.members)
        lines = [f"{member.name:{wide}}  {member.meaning}" for member in result.members]
        return "\n".join([*lines, "", "segue list FAMILY: its members; segue list FAMILY NAME: all about one"])
    return "\n\n".join(_format_member(member, whole=result.named) for member in result.members)


def _format_member(member: Member, *, whole: bool) -> str:
    text = member.about if whole else member.meaning
    lines = [member.name, *(_indent(part) for part in text.split("\n\n"))]
    if member.references and not whole:
        lines.append(_indent("; ".join(member.references)))
    named = [f"{option.name}={_spell(option.default)}" for option in member.options]
    wide = min(max(map(len, named), default=0), 30)
    for label, option in zip(named, member.options, strict=True):
        kind = ", ".join(filter(None, (option.type, option.range)))
        lines.append(_indent(f"{label:{wide}}  {kind}: {option.help}", hang=wide + 2))
    return "\n".join(lines)


def _indent(text: str, hang: int = 0) -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent="    ", subsequent_indent=" " * (4 + hang), break_on_hyphens=False
    )


def _spell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def _describe_choice(choice: type[Choice], prefix: str = "") -> Member:
    """A member from a class of choices."""
    return _describe(prefix + choice.name, choice, tuple(_describe_options(choice)))


def _describe_options(choice: type[Choice]) -> Iterator[Option]:
    hints = type_hints(choice)
    for field in dataclasses.fields(choice):
        default = "" if field.default is dataclasses.MISSING else field.default
        yield Option(
            name=field.name,
            type=format_type(hints[field.name]),
            default=default,
            range=format_range(field),
            help=field.metadata["help"],
        )


def _describe(name: str, documented: Any, options: tuple[Option, ...] = (), prefix: str = "") -> Member:
    """A member from a docstring, and those of the functions of its module that it refers to in backticks."""
    text = prefix + _prose(documented)
    module = sys.modules[documented.__module__]
    named = {word: getattr(module, word, None) for word in re.findall(r"`(\w+)`", text)}
    further = {word: _prose(function) for word, function in named.items() if inspect.isfunction(function)}
    about = "\n\n".join([text, *further.values()])
    meaning, _, word = _first_sentence(text).rstrip("`").partition(": see `")
    return Member(
        name=name,
        meaning=f"{meaning}. {_first_sentence(further[word])}" if word in further else _first_sentence(text),
        references=tuple(dict.fromkeys(_CITATION.findall(about))),
        options=options,
        about=about,
    )


def _prose(documented: Any) -> str:
    """A docstring without its examples and the list of options, a paragraph in one line."""
    paragraphs = re.split(r"\n\s*\n", inspect.getdoc(documented) or "")
    return "\n\n".join(
        " ".join(part.split()) for part in paragraphs if not part.lstrip().startswith((">>>", "Options:"))
    )


def _first_sentence(text: str) -> str:
    """The first sentence, without the source that it names in parentheses."""
    first = text.split("\n\n")[0]
    for aside in re.findall(r" ?\([^()]*\)", first):
        if _CITATION.search(aside):
            first = first.replace(aside, "")
    return re.split(r"(?<=[.!?]) (?=[A-Z`0-9])", first)[0].rstrip(".:")


def _methods() -> Iterator[Member]:
    from segue.training.methods import METHODS

    return map(_describe_choice, METHODS)


def _paths() -> Iterator[Member]:
    from segue.latent.paths import PATHS, TRANSFORMS

    yield from map(_describe_choice, PATHS)
    yield from (_describe_choice(transform, "+") for transform in TRANSFORMS)


def _metrics() -> Iterator[Member]:
    from segue.evaluation.metrics import METRICS

    return map(_describe_choice, METRICS)


def _losses() -> Iterator[Member]:
    from segue.training.losses import LOSSES
    from segue.training.losses.features import Perceptual

    for name, loss in LOSSES.items():
        if isinstance(loss, Perceptual):
            network = loss.network
            seen = f"How differently {network.name} sees two images. Layers: {', '.join(network.layers)}. "
            yield _describe(name, Perceptual, prefix=seen)
        else:
            yield _describe(name, loss)


def _corruptions() -> Iterator[Member]:
    from segue.data.corruptions import CORRUPTIONS

    return map(_describe_choice, CORRUPTIONS)


def _styles() -> Iterator[Member]:
    from segue.join.styles import STYLES

    return map(_describe_choice, STYLES)


def _worlds() -> Iterator[Member]:
    from segue.data.datasets.worlds import WORLDS

    return map(_describe_choice, WORLDS)


def _sets() -> Iterator[Member]:
    from segue.data.datasets.named import DIGITS, NAMED, load_digits
    from segue.data.datasets.recorded import RECORDED

    for named in NAMED:
        meaning = f"{len(named.label_names)} classes of images: {', '.join(named.label_names)}; from {named.home}"
        yield Member(name=named.name, meaning=meaning, references=(), options=(), about=meaning)
    yield _describe(DIGITS, load_digits)
    yield from map(_describe_choice, RECORDED)


def _codecs() -> Iterator[Member]:
    from segue.video import CODECS

    for codec in CODECS:
        endings = ", ".join(codec.endings) if all(codec.endings) else "a folder of pictures"
        encoders = " or ".join(encoder.name for encoder in codec.encoders)
        meaning = f"{'Lossless, in' if codec.lossless else 'In'} {endings}, by {encoders}"
        crf = () if codec.crf is None else (codec.crf,)
        options = tuple(
            Option(
                name="crf",
                type="INT",
                default=scale.usual,
                range=f"{scale.low} to {scale.high}",
                help="quality, smaller is better: the option --crf",
            )
            for scale in crf
        )
        yield Member(name=codec.name, meaning=meaning, references=(), options=options, about=meaning)


_FAMILIES: dict[Family, tuple[str, str, Callable[[], Iterator[Member]]]] = {
    "methods": ("training method", "--method of train, join and slow", _methods),
    "paths": ("path through a latent space", "--path of interpolate and join, --paths of score", _paths),
    "metrics": ("metric of interpolations", "--metrics of score, --metric of sweep", _metrics),
    "losses": ("loss", "loss= of the method ae", _losses),
    "corruptions": ("corruption of images", "--corrupt of train and stress", _corruptions),
    "styles": ("style of joining", "--style of join", _styles),
    "worlds": ("generated image set", "DATA of train", _worlds),
    "sets": ("published image set", "DATA of train", _sets),
    "codecs": ("codec", "--codec of join", _codecs),
}
"""Of each family: what a member is, where it is used, and the members."""
