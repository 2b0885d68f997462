"""Names of other libraries, and what to write here in their place.

Who comes from PyTorch, NumPy, JAX, Chainer or DeZero writes a name of theirs first. These exist no
more than any other name that does not: an AttributeError, hasattr says False, dir leaves them out.
But the error tells what to write.

The names and the hints are data, in files of this folder: classes have a `Name` for each of theirs
(classes.py); those of modules (modules.py) and of arguments (arguments.py) are read only when
something is missed.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from cygrad.elsewhere import classes

__all__ = [
    "check_arguments",
    "checks_arguments",
    "keyword_error",
    "listed",
    "members",
    "missing",
    "named_elsewhere",
    "of_module",
]

C = TypeVar("C", bound=type)

CO_VARARGS, CO_VARKEYWORDS = 0x04, 0x08  # as in inspect, which takes long to import


def hints(table: Mapping[str, Mapping[str, str]], where: str) -> dict[str, str]:
    """A part of a table, a name an entry."""
    return {
        name: hint.replace("{name}", name)
        for names, hint in table.get(where, {}).items()
        for name in names.split()
    }


# ---- Classes ----------------------------------------------------------------------------------


class Name:
    """A name that a class does not have, as an attribute of it.

    What an instance, a subclass or another base has under the name comes first. Where there is
    none, the AttributeError says what to write. Attributes that the class has cost nothing more,
    as they would with a `__getattr__`.
    """

    def __init__(self, kind: type, name: str, hint: str) -> None:
        self.kind, self.name, self.__doc__ = kind, name, hint

    # Any: what the other base has.
    def __get__(self, instance: object, owner: type) -> Any:
        of = owner if instance is None else instance
        try:
            return getattr(super(self.kind, of), self.name)
        except AttributeError:
            what = f"type object {owner.__name__!r}"
            if instance is not None:
                what = f"{owner.__name__!r} object"
            raise AttributeError(f"{what} has no attribute {self.name!r}: {self.__doc__}") from None


def members(kind: type, where: str) -> dict[str, object]:
    """What a class gets: its names, and a `__dir__` that leaves them out."""
    hinted = hints(classes.TABLE, where)

    def __dir__(self: object) -> list[str]:
        names = object.__dir__(self)
        return [name for name in names if name not in hinted or hasattr(self, name)]

    return {"__dir__": __dir__} | {name: Name(kind, name, hint) for name, hint in hinted.items()}


def named_elsewhere(kind: C) -> C:
    """Give a class written in Python the names of the table's part that is called like it."""
    for name, member in members(kind, kind.__name__).items():
        setattr(kind, name, member)
    return kind


def check_arguments(kind: type, args: Sequence[object], kwargs: Mapping[str, object]) -> None:
    """Raise the TypeError for arguments that a constructor does not take, if there is a hint.

    Where there is no hint, `__init__` makes Python's own error.
    """
    code = getattr(kind.__init__, "__code__", None)  # type: ignore[misc]
    if code is None:
        return
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    first = names[: code.co_argcount - 1][: len(args)]
    strange = [name for name in kwargs if name not in names and not code.co_flags & CO_VARKEYWORDS]
    if (
        len(args) > len(first)
        and not code.co_flags & CO_VARARGS
        or not kwargs.keys().isdisjoint(first)
    ):
        strange = ["*"]
    if not strange:
        return
    from cygrad.elsewhere.arguments import ARGUMENTS

    for name in strange:
        for base in kind.__mro__:
            hint = hints(ARGUMENTS, base.__name__).get(name)
            if hint is not None:
                what = "these arguments" if name == "*" else f"{name}="
                hint = hint.replace("{kind}", kind.__name__)
                raise TypeError(f"{kind.__name__}() does not take {what}: {hint}")


def checks_arguments(kind: C) -> C:
    """Give a class, and those derived from it, a `__new__` that calls `check_arguments`."""

    def new(cls: type, *args: object, **kwargs: object) -> object:
        check_arguments(cls, args, kwargs)
        return super(kind, cls).__new__(cls)  # type: ignore[arg-type]

    # Not the function itself: inspect takes the parameters of a class from a `__new__` in Python
    # (CPython 3.11.2 even from one that is inherited, beside an `__init__` nearer by), and passes
    # over one of a type of the interpreter's, as object's is.
    setattr(kind, "__new__", new.__call__)  # type: ignore[operator]  # noqa: B010
    return kind


def keyword_error(
    function: Any, error: TypeError, keywords: Sequence[str]
) -> TypeError | None:  # Any: of any kind, Python's or compiled
    """The error for a call with a keyword of another library's, if it has failed by that."""
    name: str = function.__name__
    text = str(error)
    if not text.partition("()")[0].endswith(name) or "keyword argument" not in text:
        return None
    code = getattr(function, "__code__", None) or getattr(OF_METHODS.get(name), "__code__", None)
    if code is None:
        return None
    from cygrad.elsewhere.arguments import KEYWORDS, OTHER_KEYWORDS

    own = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    for keyword in keywords:
        if keyword in own or f"'{keyword}'" not in text:
            continue
        hint = next(
            (
                f"write {ours}="
                for ours, theirs in KEYWORDS.items()
                if ours in own and keyword in theirs.split()
            ),
            None,
        )
        for functions in [*OTHER_KEYWORDS][:-1] if name != "*" else []:
            if name.removesuffix("_simple") in functions.split():
                hint = hints(OTHER_KEYWORDS, functions).get(keyword, hint)
        hint = hint or hints(OTHER_KEYWORDS, "*").get(keyword)
        if hint is not None:
            return TypeError(f"{name}() does not take {keyword}=: {hint}")
    return None


# Functions of cygrad.functions with the arguments of methods in C, which do not tell their own.
OF_METHODS: dict[str, Any] = {}


# ---- Modules ----------------------------------------------------------------------------------


def missing(where: str, name: str, functions: Sequence[str] = ()) -> AttributeError:
    """The error for what a module does not have; `functions` are names that F has in its place."""
    from cygrad.elsewhere.modules import TABLE

    hint = hints(TABLE, where).get(name)
    if name in functions:
        hint = f"write F.{name}, after `import cygrad.functions as F`"
    return AttributeError(
        f"module {where!r} has no attribute {name!r}" + (f": {hint}" if hint else "")
    )


def listed(where: str, later: Sequence[str] = ()) -> list[str]:
    """What dir shows of a module: what is in `__all__`, what is loaded later, and dunders."""
    inside = vars(sys.modules[where])
    dunders = [name for name in inside if name.startswith("__")]
    return sorted({*inside["__all__"], *later, *dunders})


def of_module(where: str) -> tuple[Callable[[str], NoReturn], Callable[[], list[str]]]:
    """A module's `__getattr__` and `__dir__`."""

    def __getattr__(name: str) -> NoReturn:
        raise missing(where, name)

    def __dir__() -> list[str]:
        return listed(where)

    return __getattr__, __dir__
