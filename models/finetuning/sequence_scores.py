"""How well sequences written agree with those asked for: exact match, token F1, ROUGE-L.

Texts are compared as tokens. F1 counts shared tokens whatever their order (SQuAD); ROUGE-L (Lin, 2004) is the F1 of the
longest common subsequence: P = L / written, R = L / asked for, 2 P R / (P + R). Both are 1 where both are empty.
"""

import re
from collections import Counter
from collections.abc import Hashable, Sequence

TOKEN = re.compile(r"\w+|[^\w\s]")


def tokens(text: str) -> list[str]:
    """Words and signs.

    >>> tokens("f(a_1, 2) != b")
    ['f', '(', 'a_1', ',', '2', ')', '!', '=', 'b']
    """
    return TOKEN.findall(text)


def exact_match(written: str, asked: str) -> float:
    """1 where both are the same up to blanks, else 0."""
    return float(written.split() == asked.split())


def token_f1(written: Sequence[Hashable], asked: Sequence[Hashable]) -> float:
    """Harmonic mean of the shares of tokens that are also in the other.

    >>> token_f1("a b c".split(), "c b d e".split())
    0.5714285714285714
    """
    shared = (Counter(written) & Counter(asked)).total()
    return _f1(shared, len(written), len(asked))


def rouge_l(written: Sequence[Hashable], asked: Sequence[Hashable]) -> float:
    """The same of the longest common subsequence.

    >>> rouge_l("police kill the gunman".split(), "police killed the gunman".split())
    0.75
    """
    return _f1(longest_common(written, asked), len(written), len(asked))


def longest_common(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Length of the longest sequence that both hold in order, not necessarily in one piece.

    >>> longest_common("ABCBDAB", "BDCABA")
    4
    """
    row = [0] * (len(b) + 1)
    for one in a:
        diagonal = 0
        for place, other in enumerate(b, 1):
            diagonal, row[place] = row[place], diagonal + 1 if one == other else max(row[place], row[place - 1])
    return row[-1]


def _f1(shared: int, written: int, asked: int) -> float:
    return 2 * shared / (written + asked) if written + asked else 1.0
