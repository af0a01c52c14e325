"""What a function is called, from its docstring's first paragraph and its arguments."""

from collections.abc import Iterator

from analysis.sequences.code import arguments, first_line, functions
from analysis.sequences.pairs import Pair, SequenceTask, SourceFile


def pairs(file: SourceFile) -> Iterator[Pair]:
    for function, docstring in functions(file):
        said = first_line(docstring)
        if len(function.name) >= 3 and 10 <= len(said) <= 200:
            yield Pair(f"{said} ( {', '.join(arguments(function))} )", function.name)


SEQUENCE_TASK = SequenceTask(
    name="name",
    title="Docstring to function name",
    version=1,
    describe="What a function is called, from the first paragraph of its docstring and its arguments.",
    pairs=pairs,
)
