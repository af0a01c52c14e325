"""Bulk partition functions: log of the summed exponentials of all words but a few, for every context and rule.

A rule says which words of a context are no bulk: its k most probable ("top:100"), those more probable than a bound
("threshold:0.01"), a list ("words:good,bad"), or none ("none"). All rules read one pass over the logits: the largest K
are taken out, the rest is exponentiated in place, scaled by its own maximum (subtracting from Z would cancel), and what
a rule keeps of the largest is added again in float64. K covers the rules, so each bulk holds one of the largest, or
nothing but the rest. Needs one buffer of a chunk of contexts times the vocabulary.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from models.errors import BadInput, nearest

if TYPE_CHECKING:
    import torch

BUFFER = 26 << 20  # bytes of the logits of a chunk
LEAST_BOUND = 1e-4  # of a threshold: at most 10,000 words are more probable
KINDS = ("top", "threshold", "words", "none")


@dataclass(frozen=True)
class Rule:
    """Which words are no bulk. `text`: as the study has it; `tokens`: rows of the head, for a list of words."""

    text: str
    kind: Literal["top", "threshold", "words", "none"]
    k: int = 0
    bound: float = 0.0
    words: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()


def parse_rule(text: str) -> Rule:
    """A rule from its text.

    >>> parse_rule("top:100").k
    100
    >>> parse_rule("words:good, bad").words
    ('good', 'bad')
    """
    kind, _, value = (part.strip() for part in text.partition(":"))
    if kind == "none" and not value:
        return Rule(text, "none")
    if kind == "top" and value.isdecimal() and len(value) < 10 and int(value) >= 1:
        return Rule(text, "top", k=int(value))
    if kind == "threshold":
        try:
            bound = float(value)
        except ValueError:
            bound = math.nan
        if LEAST_BOUND <= bound < 1:
            return Rule(text, "threshold", bound=bound)
    if kind == "words":
        words = tuple(word.strip() for word in value.split(",") if word.strip())
        if words and len(set(words)) == len(words):
            return Rule(text, "words", words=words)
    if kind not in KINDS:
        raise BadInput(f"no bulk rule {text!r}{nearest(kind, KINDS)}")
    raise BadInput(
        f"the bulk rule {text!r} is not one; give top:K, threshold:P (P at least {LEAST_BOUND}), words:A,B (each once)"
        " or none."
    )


def largest_needed(rules: Sequence[Rule], vocabulary: int) -> int:
    """How many of the largest logits the rules need. BadInput for one that would leave no bulk."""
    needed = [1]
    for rule in rules:
        removed = rule.k if rule.kind == "top" else len(rule.rows)
        if removed >= vocabulary:
            raise BadInput(
                f"the rule {rule.text!r} removes {removed} words and {vocabulary} are live, so no bulk is left; remove"
                " fewer."
            )
        needed.append(math.ceil(1 / rule.bound) if rule.kind == "threshold" else removed + (rule.kind == "words"))
    return min(max(needed), vocabulary - 1)


def rows_at_once(vocabulary: int) -> int:
    """Contexts of a chunk."""
    return max(16, BUFFER // (4 * vocabulary))


def bulk_targets(logits: "torch.Tensor", rules: Sequence[Rule], largest: int) -> "tuple[torch.Tensor, torch.Tensor]":
    """The log of Z of the bulk of each rule, (m, rules), and log Z, (m,), both float64; -inf where no bulk is left.

    `logits`: (m, vocabulary) float32, overwritten. `largest`: of `largest_needed`.
    """
    import torch

    top, at = torch.topk(logits, largest, dim=1)
    logits.scatter_(1, at, -torch.inf)
    own = logits.amax(dim=1, keepdim=True)
    logits.sub_(own).exp_()
    own, top = own.double(), top.double()
    rest = own + logits.sum(dim=1, keepdim=True).double().log()
    # Column k: the bulk without the k largest, from adding them again one by one, the smallest first.
    kept = torch.logcumsumexp(torch.cat([rest, top.flip(1)], dim=1), dim=1).flip(1)
    partition = kept[:, 0]
    found = torch.empty((len(logits), len(rules)), dtype=torch.float64, device=logits.device)
    for column, rule in enumerate(rules):
        if rule.kind == "none":
            found[:, column] = partition
        elif rule.kind == "top":
            found[:, column] = kept[:, rule.k]
        elif rule.kind == "threshold":
            above = (top > partition[:, None] + math.log(rule.bound)).sum(dim=1)
            found[:, column] = kept.gather(1, above[:, None])[:, 0]
            if largest == logits.shape[1] - 1:  # the last word may be above the bound too
                emptied = (above == largest) & (rest[:, 0] > partition + math.log(rule.bound))
                found[emptied, column] = -torch.inf
        else:
            rows = torch.from_numpy(np.array(rule.rows, np.int64)).to(logits.device)
            listed = torch.zeros(logits.shape[1], dtype=torch.bool, device=logits.device)
            listed[rows] = True
            held = logits[:, rows]
            logits[:, rows] = 0
            tail = own[:, 0] + logits.sum(dim=1).double().log()
            logits[:, rows] = held
            others = torch.where(listed[at], torch.tensor(-torch.inf, dtype=torch.float64, device=top.device), top)
            found[:, column] = torch.logsumexp(torch.cat([tail[:, None], others], dim=1), dim=1)
    return found, partition
