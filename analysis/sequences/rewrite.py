"""An expression with the operands of + * | swapped, comparisons mirrored and arguments reversed."""

import ast
from collections.abc import Iterator

from analysis.sequences.code import expressions
from analysis.sequences.pairs import Pair, SequenceTask, SourceFile

MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}


def rewritten(source: str) -> str:
    """The expression from its other side.

    >>> rewritten("f(a + 1, b) < c")
    'c > f(b, 1 + a)'
    """
    return ast.unparse(_Mirror().visit(ast.parse(source, mode="eval")))


class _Mirror(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.BinOp:
        self.generic_visit(node)
        swapped = isinstance(node.op, ast.Add | ast.Mult | ast.BitOr)
        return ast.BinOp(node.right, node.op, node.left) if swapped else node

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        self.generic_visit(node)
        mirrored = MIRRORED.get(type(node.ops[0])) if len(node.ops) == 1 else None
        return ast.Compare(node.comparators[0], [mirrored()], [node.left]) if mirrored else node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        return ast.Call(node.func, node.args[::-1], node.keywords)


def pairs(file: SourceFile) -> Iterator[Pair]:
    for source in expressions(file, longest=90):
        target = rewritten(source)
        if target != source:
            yield Pair(source, target)


SEQUENCE_TASK = SequenceTask(
    name="rewrite",
    title="Expression rewriting",
    version=1,
    describe="An expression with operands of + * | swapped, comparisons mirrored and arguments reversed.",
    pairs=pairs,
)
