"""The first paragraph of a function's docstring, from its signature and the beginning of its body."""

import ast
from collections.abc import Iterator

from analysis.sequences.code import Function, first_line, functions
from analysis.sequences.pairs import Pair, SequenceTask, SourceFile

LONGEST = 280


def shown(function: Function, lines: list[str]) -> str:
    """The source of a function without its docstring, blanks joined, as far as it is read."""
    docstring = function.body[0]
    head = lines[function.lineno - 1 : docstring.lineno - 1]
    body = lines[docstring.end_lineno or docstring.lineno : function.end_lineno]
    return " ".join(" ".join([*head, *body]).split())[:LONGEST]


def pairs(file: SourceFile) -> Iterator[Pair]:
    lines = file.text.splitlines()
    for function, docstring in functions(file):
        said = first_line(docstring)
        if 10 <= len(said) <= 100 and len(function.body) > 1 and isinstance(function.body[0], ast.Expr):
            yield Pair(shown(function, lines), said)


SEQUENCE_TASK = SequenceTask(
    name="summary",
    title="Code to docstring",
    version=1,
    describe="The first paragraph of a docstring, from the signature and the beginning of the body.",
    pairs=pairs,
)
