"""The value of one of the keyword arguments of a call: a question whose answer stands in the text."""

import ast
from collections.abc import Iterator

from analysis.sequences.pairs import Pair, SequenceTask, SourceFile

MOST = 2  # questions about one call
TRIVIAL = ("None", "True", "False", "0", "1", "-1", "''")


def pairs(file: SourceFile) -> Iterator[Pair]:
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call) or not node.keywords or len(node.args) + len(node.keywords) < 2:
            continue
        source = ast.unparse(node)
        if len(source) > 200 or "\n" in source:
            continue
        for asked in node.keywords[:MOST]:
            value = ast.unparse(asked.value)
            if asked.arg and value not in (*TRIVIAL, asked.arg):
                yield Pair(f"{asked.arg} ? {source}", value)


SEQUENCE_TASK = SequenceTask(
    name="keyword",
    title="Value of a keyword argument",
    version=1,
    describe="The value of one keyword argument of a call; values that stand anywhere are left out.",
    pairs=pairs,
)
