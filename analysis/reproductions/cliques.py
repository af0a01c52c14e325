"""Sentences of one topic linked to each other, and noise: links that say nothing, added among the others."""

import numpy as np
import numpy.typing as npt

from analysis.reproductions.manifolds import Placed
from analysis.reproductions.sentences import Topics, unlike

SAMPLES, CLASSES, CLEAR = 50, 10, 0.8
NOISES = (0.0, 0.05, 0.1, 0.15, 0.5)


def cliques(noise: float, topics: Topics, seed: int) -> Placed:
    """Fifty sentences of ten topics, linked within a topic; every other pair is linked with probability `noise`."""
    rng = np.random.default_rng(seed)
    best = topics.shares.argmax(axis=1)
    clear = topics.shares.max(axis=1) >= CLEAR
    each = SAMPLES // CLASSES
    able = [topic for topic in range(topics.shares.shape[1]) if (clear & (best == topic)).sum() >= 5 * each]
    chosen = rng.permutation(able)[:CLASSES]
    rows = [unlike(topics, rng.permutation(np.flatnonzero(clear & (best == topic)))[:200], each) for topic in chosen]
    labels = np.repeat(np.arange(len(chosen)), [len(one) for one in rows])
    first, second = np.triu_indices(len(labels), 1)
    same = labels[first] == labels[second]
    linked = same | (np.random.default_rng([seed, 2]).random(len(first)) < noise)
    edges: npt.NDArray[np.int64] = np.column_stack([first[linked], second[linked]]).astype(np.int64)
    return Placed([topics.sentences[row] for one in rows for row in one], labels.astype(np.int64), edges, 0)
