"""Typed TOML: a file may say what a frozen dataclass of ours can hold, no more.

Contracts, mappings, the headers of statements and the contracts of reference tables are
read here. pydantic compares a file with the dataclass, strictly and all of it at once;
the sentences are ours (`docs/decisions/0020-definitions-are-checked-by-pydantic.md`).
"""

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import GenericAlias, NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError, create_model

from kpis.errors import UserError, nearest, refuse, unknown

T = TypeVar("T")
Place = tuple[int | str, ...]
Check = Callable[[Any, str], Iterable[str]]
# pydantic's names of two faults
MISSING_KEY, UNKNOWN_KEY = "missing", "extra_forbidden"
# metadata of a field that no file may set
BY_PROGRAM = {"set_by": "the program"}
STRICT = ConfigDict(extra="forbid", strict=True)
HEADER = re.compile(r"\s*/\*(.*?)\*/(.*)", re.DOTALL)
# how one value is described, then several, with an example
ONE = {
    str: "a text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}
SEVERAL = {str: ("texts", '"a", "b"'), float: ("numbers", "0.5, 0.9")}


def read(path: Path) -> dict[str, Any]:
    """Return a TOML file's content; UserError with the line where it is not TOML."""
    try:
        return _parsed(path.read_text(encoding="utf-8"), str(path))
    except (UnicodeDecodeError, OSError) as error:
        raise UserError(f"{path}: {error}.") from None


def read_header(path: Path) -> tuple[dict[str, Any], str]:
    """Return the TOML header with which a statement's file opens, and the statement.

    Raises UserError if the file has no such header, or if the header is not TOML.
    """
    found = HEADER.fullmatch(path.read_text(encoding="utf-8"))
    if not found:
        raise UserError(f"{path.name}: the file does not open with a /* header */.")
    return _parsed(found[1], f"{path.name}, header"), found[2].strip()


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{where}: {error}.") from None
    except RecursionError:
        raise UserError(f"{where}: lists or tables are nested too deeply.") from None


def each(paths: Iterable[Path], load: Callable[[Path], T]) -> dict[str, T]:
    """Return what `load` makes of each file, by the file's name without its ending.

    Raises UserError with the faults of all files.
    """
    loaded, faults = {}, []
    for path in paths:
        try:
            loaded[path.stem] = load(path)
        except UserError as error:
            faults.append(str(error))
    refuse(faults)
    return loaded


def build(
    kind: Any,
    values: Any,
    where: str,
    check: Check = lambda made, where: (),
    **own: Any,
) -> Any:
    """Return a dataclass, or a dict of dataclasses, made from the values of a file.

    `own` are the fields that the program sets; in a dict of dataclasses it sets `name`
    to the key. `check` says what else is wrong in what was made: a value that is not of
    its type is empty there. Raises UserError with a sentence for every fault.
    """
    given = frozen(values)
    faults: list[str] = []
    wrong: dict[Place, bool] = {}
    reported: set[str] = set()
    try:
        _adapter(kind).validate_python(given)
    except ValidationError as error:
        found = error.errors(include_url=False)
        # a misspelt key comes before the missing one that it was meant to be
        for one in sorted(found, key=lambda one: one["type"] != UNKNOWN_KEY):
            faults.append(where + _sentence(one["type"], one["loc"], kind, given))
            reported.add(f"{where}: {one['loc'][0]}: ")
            if one["type"] not in (UNKNOWN_KEY, MISSING_KEY):
                place, hint, _ = _followed(one["loc"], kind, given)
                wrong[place] = _is_table(hint)
    made = _made(kind, _mended(given, wrong), own)
    # a key that is wrong or missing is empty, which is not said as well
    faults += [
        fault for fault in check(made, where) if not fault.startswith(tuple(reported))
    ]
    refuse(dict.fromkeys(faults))
    return made


def frozen(value: Any) -> Any:
    """Return a value of TOML or JSON with tuples in place of its lists."""
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    return value


def _mended(value: Any, wrong: dict[Place, bool], path: Place = ()) -> Any:
    """Return a file's values without the wrong ones; a wrong table is empty instead."""
    if wrong.get(path):
        return {}
    if isinstance(value, dict):
        return {
            key: _mended(one, wrong, (*path, key))
            for key, one in value.items()
            if wrong.get((*path, key), True)
        }
    if isinstance(value, tuple):
        return tuple(_mended(one, wrong, (*path, i)) for i, one in enumerate(value))
    return value


def _made(kind: Any, value: Any, own: dict[str, Any]) -> Any:
    """Return a value of its type; what a file has to say and does not is empty."""
    inner, origin = _inner(kind), get_origin(kind)
    if _is_table(kind):
        made = {
            key: _made(hint, value[key], {}) if key in value else _empty(hint)
            for key, hint in _hints(kind).items()
            if key in _keys(kind) and (key in value or _is_required(_keys(kind)[key]))
        }
        return kind(**made, **own)
    if origin is tuple:
        return tuple(_made(inner, one, {}) for one in value)
    if origin is dict:
        is_named = _is_table(inner) and "name" in _hints(inner).keys() - _keys(inner)
        return {
            key: _made(inner, one, {"name": key} if is_named else {})
            for key, one in value.items()
        }
    return value


def _empty(kind: Any) -> Any:
    if _is_table(kind):
        return _made(kind, {}, {})
    empty: dict[Any, Any] = {tuple: (), dict: {}, int: 0, float: 0.0, bool: False}
    return empty.get(get_origin(kind) or kind, "")


@cache
def _adapter(kind: Any) -> TypeAdapter:
    return TypeAdapter(_shape(kind))


def _shape(kind: Any) -> Any:
    """Return a type with a pydantic model in place of each dataclass."""
    if _is_table(kind):
        hints = _hints(kind)
        keys: dict[str, Any] = {
            name: (_shape(hints[name]), ... if _is_required(one) else None)
            for name, one in _keys(kind).items()
        }
        return create_model(kind.__name__, __config__=STRICT, **keys)
    if get_origin(kind) is tuple:
        return GenericAlias(tuple, (_shape(_inner(kind)), ...))
    if get_origin(kind) is dict:
        return GenericAlias(dict, (get_args(kind)[0], _shape(_inner(kind))))
    return kind


def _is_table(kind: Any) -> bool:
    return is_dataclass(kind)


@cache
def _keys(kind: Any) -> dict[str, Field]:
    """Return the fields of a dataclass that a file may set."""
    return {one.name: one for one in fields(kind) if one.metadata != BY_PROGRAM}


def _is_required(one: Field) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """Return the types of a dataclass's fields; TOML has no value for None."""
    return {name: _without_none(one) for name, one in get_type_hints(kind).items()}


def _without_none(kind: Any) -> Any:
    rest = [one for one in get_args(kind) if one is not NoneType]
    return rest[0] if isinstance(kind, UnionType) and len(rest) == 1 else kind


def _inner(kind: Any) -> Any:
    """Return the type of what a list or table holds, or None."""
    place = {tuple: 0, dict: 1}.get(get_origin(kind))
    return None if place is None else get_args(kind)[place]


def _sentence(fault: str, place: Place, kind: Any, values: Any) -> str:
    """Say what pydantic found: where it stands, what is there, what would be right."""
    path, hint, value = _followed(place, kind, values)
    if fault == MISSING_KEY:
        return f"{_where(path)}: the key '{place[-1]}' is missing."
    if fault == UNKNOWN_KEY:
        return f"{_where(path)}: {unknown('key', str(place[-1]), _keys(hint))}"
    where, key = _where(path[:-1]), str(path[-1])
    if fault == "literal_error":
        return f"{where}: {_not_a_choice(key, hint, value, place[len(path) :])}"
    described = _described(hint, key, is_section=len(path) == 1)
    return f"{where}: {key} = {_written(value)} must be {described}."


def _followed(place: Place, kind: Any, values: Any) -> tuple[Place, Any, Any]:
    """Follow a place down to what is described as a whole; return path, type, value."""
    for depth, step in enumerate(place):
        if _is_table(kind) and step in _keys(kind) and step in values:
            kind = _hints(kind)[str(step)]
        elif _is_table(_inner(kind)):
            kind = _inner(kind)
        else:
            return place[:depth], kind, values
        values = values[step]
    return place, kind, values


def _where(path: Place) -> str:
    """Return where a key stands: "", ", columns.call_id" or ", rules entry 2"."""
    words = ""
    for step in path:
        if isinstance(step, int):
            words += f" entry {step + 1}"
        else:
            words += f".{step}" if words else f", {step}"
    return words


def _not_a_choice(key: str, hint: Any, value: Any, rest: Place) -> str:
    """Say that a text, alone or in a list or table, is not one of those listed."""
    what = f"{key} = {_written(value)}"
    if rest:
        is_key = rest[-1] == "[key]"
        given = rest[0] if is_key else value[rest[0]]
        what = f"{_written(given)} in {key}"
        hint, value = get_args(hint)[0] if is_key else _inner(hint), given
    choices = [one for one in get_args(hint) if one]
    listed = f"Write one of {', '.join(map(_written, choices))}."
    return f"{what} is not a choice. {nearest(str(value), choices) or listed}"


def _described(hint: Any, key: str, is_section: bool) -> str:
    inner = _inner(hint)
    if get_origin(hint) is tuple and _is_table(inner):
        return f"a list of tables: write [[{key}]], with two brackets"
    if _is_table(hint) or _is_table(inner):
        section = f"a table: write [{key}] and its keys below it"
        return section if is_section else "a table, such as { key = value }"
    if inner is None:
        return ONE.get(hint, "a text, a number, true or false")
    if get_origin(inner) is tuple:
        return 'a table of lists, such as { a = ["b", "c"] }'
    several, example = SEVERAL.get(inner, SEVERAL[str])
    if get_origin(hint) is tuple:
        return f"a list of {several}, such as [{example}]"
    return f"a table of {several}, such as {{ given = {example.split(',')[0]} }}"


def _written(value: Any) -> str:
    """Return a value as a file has it, texts in single quotes."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, dict):
        inside = ", ".join(f"{key} = {_written(one)}" for key, one in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, str) else str(value)
