"""The type of one of the parameters that a docstring describes, as numpy's style writes them."""

import re
from collections.abc import Iterator

from analysis.sequences.code import documented
from analysis.sequences.pairs import Pair, SequenceTask, SourceFile, number_of

SECTION = re.compile(r"^Parameters\n-{3,}\n(.*?)(?=^\w[^\n]*\n-{3,}\n|\Z)", re.DOTALL | re.MULTILINE)
ENTRY = re.compile(r"^(\w+) ?: (.+)$", re.MULTILINE)
MOST = 6


def pairs(file: SourceFile) -> Iterator[Pair]:
    for docstring in documented(file):
        section = SECTION.search(docstring)
        entries = ENTRY.findall(section.group(1))[:MOST] if section else []
        if len(entries) < 2:
            continue
        said = " ; ".join(f"{name} : {kind.strip()}" for name, kind in entries)
        first = number_of(said)
        for asked, kind in (entries[(first + step) % len(entries)] for step in range(2)):
            yield Pair(f"{asked} ? {said}", kind.strip())


SEQUENCE_TASK = SequenceTask(
    name="parameter",
    title="Type of a parameter",
    version=1,
    describe="The type of one parameter, from a docstring's list of parameters and their types.",
    pairs=pairs,
)
