"""Reading and writing the study file: TOML in, a `Study` out, every key known and every value of its type.

The reader is driven by the dataclasses of `analysis.study`: a field there is a key here, so the file and the
value cannot drift apart.
"""

import dataclasses
import json
import math
import re
import tomllib
import types
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from analysis.recipe import hash_of
from analysis.study import Study
from analysis.text_files import read_text
from models.errors import BadInput, nearest

LONGEST = 1 << 20  # bytes of a study file; a larger one is not one
SURROGATE = re.compile("[\ud800-\udfff]")
QUOTED = re.compile(r"""\"(?:[^"\\\n]|\\.)*+\"?|'[^'\n]*+'?|#[^\n]*+""")  # texts, ended or not, and comments
DEEP_KEY = re.compile(r"""(?<![\w"-])(?:[\w"-]++[ \t]*+\.[ \t]*+){32}""")  # which TOML takes quadratic time to read


def read_study(path: Path) -> Study:
    """Read a study file; its name is the file's where it gives none."""
    try:
        there = path.is_file()
    except OSError as error:  # longer than a file's name can be
        raise BadInput(f"study {str(path)[:80]!r} cannot be read ({error.strerror or error}); give another.") from None
    if not there:
        raise BadInput(f"study {str(path)!r} is not a file; give the path of a study, for example study.toml.")
    what, too_long = f"study {path.name!r}", "1 MiB; give a study file, not the data"
    text = read_text(path, longest=LONGEST, what=what, too_long=too_long)
    return parse_study(text, name=path.stem, where=path.name)


def parse_study(text: str, *, name: str = "study", where: str = "the study") -> Study:
    """Read the text of a study file."""
    if DEEP_KEY.search(QUOTED.sub('"', text)):
        raise BadInput(f"{where} has a key of more than 32 parts; a study's keys have one or two.")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{where} is not valid TOML: {error}.") from None
    except ValueError:
        raise BadInput(f"{where} has a number that is far too long; write it shorter.") from None
    except RecursionError:
        raise BadInput(f"{where} is nested too deeply to be a study.") from None
    return study_from(table if "name" in table else {"name": name} | table)


def study_from(table: Mapping[str, Any]) -> Study:
    """Build a study from plain values, as TOML or JSON give them."""
    _check_texts(table)
    study: Study = _build(Study, table, "the study")
    return study


def plain(value: Any) -> Any:
    """Turn a study (or part of it) into plain values, leaving out what equals its default."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        out = {}
        for field in dataclasses.fields(value):
            part = getattr(value, field.name)
            default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
            if part != default:
                out[field.name] = plain(part)
        return out
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    return value


def study_key(study: Study) -> str:
    """Hash of everything a study says."""
    return hash_of(json.dumps(plain(study), sort_keys=True))


def dump_study(study: Study) -> str:
    """Write a study as TOML that reads back to an equal one."""
    import tomli_w

    text: str = tomli_w.dumps(plain(study))
    return text


# How a table or value of TOML becomes a field


def _check_texts(table: Any) -> None:
    """Refuse half a surrogate pair, which JSON can hold and no file, hash or page can."""
    waiting = [table]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [*value, *value.values()]
        elif isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, str) and SURROGATE.search(value):
            raise BadInput(f"the study holds {value[:80]!a}, half a surrogate pair, which is no text; mend it.")


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _build(cls: type, table: Any, where: str) -> Any:
    if not isinstance(table, Mapping):
        raise BadInput(f"{where} must be a table of keys and values, not {_kind(table)}.")
    fields = {field.name: field for field in dataclasses.fields(cls)}
    for key in table:
        if key not in fields:
            raise BadInput(f"unknown key {key!r} in {where}{nearest(key, fields)}")
    for name, field in fields.items():
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if needed and name not in table:
            raise BadInput(f"{where} has no {name!r}; add it.")
    hints = _hints(cls)
    values = {key: _coerce(hints[key], value, key, where) for key, value in table.items()}
    return cls(**values)


def _coerce(hint: Any, value: Any, key: str, where: str) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _coerce_one_of(args, value, key, where)
    if origin is Literal:
        if value in args and not isinstance(value, bool):
            return value
        if isinstance(value, str):
            raise BadInput(f"{key} of {where} is {value!r}{nearest(value, map(str, args))}")
        raise BadInput(f"{key} of {where} is {value!r}; give one of: {', '.join(map(str, args))}.")
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise BadInput(f"{key} of {where} must be a list, not {_kind(value)} ({value!r}).")
        inner = f"[[{key}]]" if dataclasses.is_dataclass(args[0]) else where
        return tuple(_coerce(args[0], part, key, inner) for part in value)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping) or not all(isinstance(part, str) for part in value.values()):
            raise BadInput(f"{key} of {where} must be a table of texts, not {value!r}.")
        return dict(value)
    if dataclasses.is_dataclass(hint):
        return _build(hint, value, f"[{key}]" if where == "the study" else where)  # type: ignore[arg-type]
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput(f"{key} of {where} is {value}; give a finite number.")
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, hint) and (hint is bool or not isinstance(value, bool)):
        return value
    words = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
    raise BadInput(f"{key} of {where} must be {words[hint]}, not {_kind(value)} ({value!r}).")


def _coerce_one_of(args: tuple[Any, ...], value: Any, key: str, where: str) -> Any:
    if value is None and type(None) in args:
        return None
    choices = [arg for arg in args if arg is not type(None)]
    if isinstance(value, list | tuple):  # prefer the reading that is a list, whose error says more
        choices.sort(key=lambda arg: str(get_origin(arg)) != str(tuple))
    problem: BadInput | None = None
    for choice in choices:
        try:
            return _coerce(choice, value, key, where)
        except BadInput as error:
            problem = problem or error
    raise problem or BadInput(f"{key} of {where} cannot be {value!r}.")


def _kind(value: Any) -> str:
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", list: "a list"}
    return words.get(type(value), "a table" if isinstance(value, Mapping) else type(value).__name__)
