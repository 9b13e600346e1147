"""Choices of one's own: spelled by where they are imported from, and imported from files only if trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from segue.core.errors import InputError, unknown

TRUST_CODE = "import what the file names as package.module:Class; only for files from people you trust"
"""The help of the option `trust_code` of all requests that read choices from files."""

_OWN = re.compile(r"(?P<module>(?:[^\W\d]\w*\.)*[^\W\d]\w*):(?P<name>[^\W\d]\w*)(?::|$)")
"""The beginning of a spelling of one's own: where to import what from."""


def names_code(text: str) -> bool:
    """Whether a spelling names code to import, as any of its parts may: `package.module:Name` or `module:Name`.

    Args:
        text: a spelling, of several choices too: `linear+package.module:Wobble`.

    Returns:
        True where a part begins so. Of a module without a dot the name must begin with a capital, for `worlds:pole`
        and the like name no code.

    >>> [names_code(text) for text in ("mse:0.5+my.losses:edges:0.2", "swirls:Swirl:strength=2", "worlds:pole", "C:/a")]
    [True, True, False, False]
    """
    return any(split_own(part) for part in re.split(r"[+,=\s]", text))


def check_trust(value: Any, where: str, trust_code: bool) -> None:
    """Refuse values from a file that name code to import, unless they are trusted.

    Args:
        value: a text, or lists and mappings of texts; anything else is fine.
        where: what the value is called in the message.
        trust_code: whether such values are allowed.

    Raises:
        InputError: for the first text that `names_code`, where `trust_code` is False.
    """
    if trust_code:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            check_trust(inner, f"{key} in {where}", trust_code)
    elif isinstance(value, list | tuple):
        for inner in value:
            check_trust(inner, where, trust_code)
    elif isinstance(value, str) and names_code(value):
        raise InputError(
            f"{where}: {value}, which is code to import",
            "a choice of segue's own, from a file that is not trusted",
            "`trust_code=True`, if you trust that file",
        )


def split_own(text: str) -> tuple[str, str] | None:
    """Split the spelling of one's own choice into what to import and the rest.

    Args:
        text: a spelling of one choice.

    Returns:
        `package.module:Name`, and what follows the next colon; None for a spelling that names no code.

    >>> split_own("my.losses:edges:0.2"), split_own("mse:0.2")
    (('my.losses:edges', '0.2'), None)
    """
    own = _OWN.match(text)
    if own is None or not ("." in own["module"] or own["name"][0].isupper()):
        return None
    return f"{own['module']}:{own['name']}", text[own.end() :]


def load_own(path: str, what: str) -> Any:
    """Import a choice of one's own.

    Args:
        path: `package.module:Name`.
        what: what is asked for, in messages.

    Returns:
        What has that name in the module.

    Raises:
        InputError: for a module that cannot be imported, and a name that is not in it.
    """
    module_name, _, name = path.partition(":")
    try:
        module = import_module(module_name)
    except Exception as error:  # whatever goes wrong in the code of others
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        raise InputError(
            f"{what} {path} ({why})",
            "a module that can be imported",
            "checking the name, or adding its folder to PYTHONPATH",
        ) from error
    if not hasattr(module, name):
        raise unknown(f"name in {module_name}", name, [public for public in vars(module) if public[0] != "_"])
    return getattr(module, name)
