"""An expression as the instructions that this Python compiles it to, shortened."""

import dis
import warnings
from collections.abc import Iterator

from analysis.sequences.code import expressions
from analysis.sequences.pairs import Pair, SequenceTask, SourceFile

SILENT = {"RESUME", "CACHE", "PRECALL", "PUSH_NULL", "NOP", "RETURN_VALUE", "RETURN_CONST", "EXTENDED_ARG", "NOT_TAKEN"}
WORDS = {"LOAD": "", "BINARY": "", "COMPARE": "", "OP": "", "UNARY": "", "NAME": "", "CONST": "", "BUILD": "make"}


def disassembled(source: str) -> str:
    """One instruction after another: what it does, and with what.

    >>> disassembled("a * b")
    'a ; b ; *'
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "is" with a literal, in other projects' files
        compiled = compile(source, "<expression>", "eval")
    said = (_said(one) for one in dis.get_instructions(compiled) if one.opname not in SILENT)
    return " ; ".join(said)


def _said(one: dis.Instruction) -> str:
    words = [WORDS.get(word, word.lower()) for word in one.opname.split("_")]
    argument = one.argrepr or ("" if one.arg is None else str(one.arg))
    return " ".join(filter(None, [*words, argument.removeprefix("NULL + ")]))


def pairs(file: SourceFile) -> Iterator[Pair]:
    for source in expressions(file, longest=50):
        yield Pair(source, disassembled(source))


SEQUENCE_TASK = SequenceTask(
    name="disassembly",
    title="Expression to instructions",
    version=1,
    describe="An expression as the instructions that this Python compiles it to.",
    pairs=pairs,
)
