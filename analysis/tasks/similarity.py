"""Whether the cosine of two vectors goes with how alike people find the two: Spearman's correlation, nothing learnt.

As in word-similarity and STS sets: a pair of texts is embedded each by itself. A pair with a vector of zeros has no
cosine and is left out. Cosines that differ by no more than rounding of float32 vectors tie: a text beside itself has 1.
"""

import numpy as np

from analysis.number import CannotAnalyze
from analysis.plugin import TaskMethod
from analysis.space import EmbeddingSpace
from analysis.task import Task
from analysis.tasks.answers import ValueAnswers
from analysis.tasks.context import Answered, Context

DECIMALS = 6  # of a cosine; what lies beyond is rounding


def answer(space: EmbeddingSpace, task: Task, context: Context) -> Answered:
    assert task.pairs is not None, "pairs are what is scored"
    a, b = (space.vectors[rows].astype(np.float64) for rows in (task.pairs.a, task.pairs.b))
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    rows = np.flatnonzero(lengths > 0)
    if len(rows) < 3:
        raise CannotAnalyze(f"{len(rows)} pairs of {task.name!r} have two vectors with a direction; 3 are needed.")
    cosine = np.round(np.einsum("id,id->i", a, b)[rows] / lengths[rows], DECIMALS)
    scores = task.pairs.scores[rows]
    if np.ptp(scores) == 0 or np.ptp(cosine) == 0:
        raise CannotAnalyze(f"The scores of {task.name!r}, or the cosines in {space.name!r}, do not vary.")
    left = len(lengths) - len(rows)
    notes = (f"{left:,} pairs with a vector of zeros are left out.",) if left else ()
    return Answered([ValueAnswers(rows.astype(np.int64), scores, cosine)], notes=notes)


TASK_METHOD = TaskMethod(
    name="similarity",
    title="Similarity of pairs",
    question="Does cosine agree with how alike people find two texts?",
    version=2,
    answer=answer,
    describe={"spearman": "Rank correlation of the cosine of two vectors with the score that people gave the pair."},
    targets=("pairs",),
)
