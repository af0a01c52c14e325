"""Cosines of linked pairs, those of rewired graphs too, and the numbers that are means over pairs."""

import numpy as np

from analysis.alignment.apart import Floats, apart_of
from analysis.alignment.found import Found
from analysis.alignment.judged import Share
from analysis.graph_plugin import Alignment
from analysis.space import EmbeddingSpace


def pair_shares(found: Found, space: EmbeddingSpace, asked: list[Alignment]) -> list[Share]:
    """Numbers that are means over linked pairs of what a measure makes of their cosines; each pair from both ends."""
    if not asked:
        return []
    cosines = cosines_of(found, space)
    return [_mean(one.name, found, one.value(cosines)) for one in asked]


def cosines_of(found: Found, space: EmbeddingSpace) -> Floats:
    """Of every linked pair of the graph and of the rewired ones, (m,), segment by segment as in `Ranks`."""
    linked = found.drawn.linked
    if found.apart.metric == "cosine":
        cosines = 1 - found.walked.scores
    else:
        apart = apart_of(space.vectors, "cosine")
        cosines = 1 - apart.of_pairs(found.queries[linked.rows], linked.others)
    order = np.argsort(linked.draw.astype(np.int64) * len(found.queries) + linked.rows, kind="stable")
    return np.asarray(cosines[order])


def _mean(name: str, found: Found, values: Floats) -> Share:
    ranks = found.ranks
    sums, counts = ranks.spread(ranks.sums(values)), ranks.spread(ranks.degrees.astype(np.float64))
    above, below = (np.nan_to_num(one) for one in (sums, counts))
    with np.errstate(invalid="ignore"):
        null = above[1:].sum(axis=1) / below[1:].sum(axis=1)
    return Share(name, above[0], below[0], null, ends=(0.0, 4.0), why="No two samples are linked.")
