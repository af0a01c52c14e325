"""Whether a search brings what is relevant first: the documents that answer a query, or samples of the same label.

Where the task gives queries, documents and relevance, all documents are ranked for each query (`ranking.py`). Where it
is a column of the samples, each asks for the others (without its own unit); where train and test are given, the test
samples ask for training samples: then nDCG@10 = sum over hits of 1 / log2(rank + 1), over the same with all relevant
ones first; recall@k is the share of the relevant ones among the k nearest (Järvelin and Kekäläinen 2002).
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from analysis.number import CannotAnalyze
from analysis.plugin import TaskMethod
from analysis.space import EmbeddingSpace
from analysis.task import Relevance, Task
from analysis.tasks.answers import Means
from analysis.tasks.context import Answered, Context
from analysis.tasks.nearest import nearest_known
from analysis.tasks.ranking import needs_of, ranked

RANKS = 10
STRETCH = 1.6  # queries share the samples they find more than votes do; `benchmarks/task_coverage.py` shows it
Codes = npt.NDArray[np.int64]


def answer(space: EmbeddingSpace, task: Task, context: Context) -> Answered:
    if task.relevance is not None:
        return _documents(space, task.relevance, context)
    near = nearest_known(space, task, context, max(RANKS, context.k))
    codes = task.labels.codes.astype(np.int64)
    truth = codes[near.rows]
    relevant = relevant_of(task, near.pool, near.rows)
    if not (relevant > 0).any():
        raise CannotAnalyze(f"No sample of {task.name!r} has another of its class to be found.")
    found = np.where(near.found >= 0, codes[near.found], -1)
    without = int((relevant == 0).sum())
    notes = (f"{without:,} samples are the only one of their class and ask for nothing.",) if without else ()

    def anew(rng: np.random.Generator) -> Mapping[str, npt.NDArray[np.float64]]:
        order = rng.permutation(len(truth))
        return contributions(found, truth[order], relevant[order], context.k)

    return Answered([Means(near.rows, contributions(found, truth, relevant, context.k), anew)], notes=notes)


def _documents(space: EmbeddingSpace, relevance: Relevance, context: Context) -> Answered:
    """Queries of the task's own, and documents that answer them."""
    needs, relevant = needs_of(relevance, ndcg=RANKS, recall=context.k)
    queries, documents = space.vectors[relevance.queries], space.vectors[relevance.documents]
    found = ranked(queries, documents, needs, relevant, own=relevance.own, metric=context.metric)
    own = int((relevance.own >= 0).sum())
    notes = (f"{own:,} queries stand among the documents themselves; their own is not shown to them.",) if own else ()
    return Answered([Means(relevance.queries, found, needs.at_random)], notes=notes)


def relevant_of(task: Task, pool: Codes, rows: Codes) -> Codes:
    """How many of the pool carry the label of each row and are not of its unit, (m,)."""
    codes, units = task.labels.codes.astype(np.int64), task.units
    both = codes * (units.max() + 1) + units
    own = np.bincount(codes[pool], minlength=codes.max() + 1)[codes[rows]]
    kinds, counts = np.unique(both[pool], return_counts=True)
    place = np.minimum(np.searchsorted(kinds, both[rows]), len(kinds) - 1)
    alike = np.where(kinds[place] == both[rows], counts[place], 0)
    found: Codes = own if task.given else own - alike
    return found


def contributions(found: Codes, truth: Codes, relevant: Codes, k: int) -> Mapping[str, npt.NDArray[np.float64]]:
    """nDCG@10 and recall@k of each query, (m,), from the labels found (m, ≥ k) in order."""
    hits = (found == truth[:, None]).astype(np.float64)
    gains = 1 / np.log2(np.arange(2, RANKS + 2))
    ideal = np.concatenate([[0], np.cumsum(gains)])[np.minimum(relevant, RANKS)]
    shown = hits[:, :RANKS]
    asked = relevant > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        ndcg = np.where(asked, shown @ gains[: shown.shape[1]] / ideal, np.nan)
        recall = np.where(asked, hits[:, :k].sum(axis=1) / relevant, np.nan)
    return {f"ndcg@{RANKS}": ndcg, f"recall@{k}": recall}


TASK_METHOD = TaskMethod(
    name="retrieval",
    title="Retrieval",
    question="Does a search bring the documents that answer, or samples of the same class, first?",
    version=2,
    answer=answer,
    targets=("categorical", "relevance"),
    describe={
        "ndcg": "How near the ten nearest come to showing relevant samples first.",
        "recall": "Share of the relevant samples that are among the k nearest.",
    },
    neighbors=True,
    stretch=STRETCH,
)
