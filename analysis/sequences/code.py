"""Pieces of source code that several tasks are made of."""

import ast
from collections.abc import Iterator
from itertools import islice

from analysis.sequences.pairs import SourceFile

Function = ast.FunctionDef | ast.AsyncFunctionDef
SHORTEST = 8
STRANGE = (ast.Lambda, ast.Await, ast.Yield, ast.YieldFrom, ast.JoinedStr, ast.NamedExpr, ast.comprehension)


def expressions(file: SourceFile, *, longest: int, most: int = 40) -> Iterator[str]:
    """Source of what statements return, assign or test, unless it holds lambdas, comprehensions and the like.

    The first `most` of a file, so that a few long ones do not make up the task.
    """
    return islice(_expressions(file, longest), most)


def _expressions(file: SourceFile, longest: int) -> Iterator[str]:
    for node in ast.walk(file.tree):
        value = getattr(node, "value", None) if isinstance(node, ast.Assign | ast.Return | ast.Expr) else None
        if isinstance(node, ast.If | ast.While | ast.Assert):
            value = node.test
        if not isinstance(value, ast.expr) or isinstance(value, ast.Constant | ast.Name):
            continue
        if any(isinstance(part, STRANGE) for part in ast.walk(value)):
            continue
        source = ast.unparse(value)
        if SHORTEST <= len(source) <= longest and "\n" not in source:
            yield source


def documented(file: SourceFile) -> Iterator[str]:
    """Docstrings of functions and classes."""
    for node in ast.walk(file.tree):
        if isinstance(node, Function | ast.ClassDef):
            text = ast.get_docstring(node)
            if text:
                yield text


def functions(file: SourceFile) -> Iterator[tuple[Function, str]]:
    """Functions and methods with a docstring, and the docstring; not those whose names begin with an underscore."""
    for node in ast.walk(file.tree):
        if isinstance(node, Function) and not node.name.startswith("_"):
            text = ast.get_docstring(node)
            if text:
                yield node, text


def first_line(docstring: str) -> str:
    """The first paragraph of a docstring on one line."""
    return " ".join(docstring.split("\n\n", 1)[0].split())


def arguments(function: Function) -> list[str]:
    """Names of a function's arguments, without self and cls."""
    given = function.args
    names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [name for name in names if name not in ("self", "cls")]
