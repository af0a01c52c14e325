"""Whether estimators were right: their record where scores are known, beside two rankers that never look at the task.

Of each candidate and task, over the checkpoints with both numbers: weighted Kendall tau (Vigna 2015, as scipy has it:
hyperbolic weights, so that the best count most; 1 the same order, -1 the opposite), regret (how much score is lost by
taking the candidate's first choice, ties shared), and gap correlation (Pearson's: whether a gap in the estimate is a
gap in the score; that of all pairwise gaps is the same number). Candidates are estimators, probes, geometry numbers:
anything of which more should be better. An honest one beats model size, and the mean rank of a checkpoint on the
*other* tasks (Singh, Hess and Vanschoren, arXiv 2510.06448).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

SIZE, ELSEWHERE = "model size", "mean rank on other tasks"
CHECKPOINTS, TASKS = 5, 3  # fewer, and a record means nothing yet


@dataclass(frozen=True, eq=False)
class Record:
    """How candidates did.

    `tasks`: candidate, task, checkpoints, weighted_tau, regret, gap_correlation (NaN where all are tied). `summary`:
    each candidate's means over its tasks, the number of these, and over the tasks that it shares with a static ranker
    whether its mean tau is higher (`beats_size`, `beats_elsewhere`; NA where it shares none). `caution`: a sentence
    where there is too little to conclude from, else empty.
    """

    tasks: pd.DataFrame
    summary: pd.DataFrame
    caution: str


def record(estimates: pd.DataFrame, scores: pd.DataFrame, sizes: Mapping[str, int | None]) -> Record:
    """The record of candidates.

    `estimates`: candidate, checkpoint, task, value. `scores`: checkpoint, task, score, higher being better. `sizes`:
    parameters of each checkpoint, None where unknown. A row without a number is left out.
    """
    scores = scores.dropna(subset=["score"])
    static = [elsewhere(scores), model_size(scores, sizes)]
    every = pd.concat([estimates.dropna(subset=["value"]), *static], ignore_index=True)
    both = every.merge(scores, on=["checkpoint", "task"])
    rows = []
    for (candidate, task), part in both.groupby(["candidate", "task"], sort=False):
        if len(part) > 1:
            rows.append((candidate, task, len(part), *_of_task(part)))
    columns = ["candidate", "task", "checkpoints", "weighted_tau", "regret", "gap_correlation"]
    tasks = pd.DataFrame(rows, columns=columns)
    return Record(tasks, _summary(tasks), caution_of(scores["checkpoint"].nunique(), scores["task"].nunique()))


def model_size(scores: pd.DataFrame, sizes: Mapping[str, int | None]) -> pd.DataFrame:
    """The static ranker that prefers more parameters; checkpoints of unknown size are not ranked."""
    found = scores[["checkpoint", "task"]].assign(candidate=SIZE, value=scores["checkpoint"].map(sizes).astype(float))
    return found.dropna(subset=["value"])


def elsewhere(scores: pd.DataFrame) -> pd.DataFrame:
    """The static ranker that prefers what did well on the other tasks: by mean relative rank there, 1 best, 0 worst."""
    ranks = scores.groupby("task")["score"].rank()
    count = scores.groupby("task")["score"].transform("count")
    relative = scores.assign(rank=(ranks - 1) / (count - 1).where(count > 1))
    total, known = (relative.groupby("checkpoint")["rank"].transform(what) for what in ("sum", "count"))
    others = known - relative["rank"].notna()
    value = (total - relative["rank"].fillna(0)) / others.where(others > 0)
    return scores[["checkpoint", "task"]].assign(candidate=ELSEWHERE, value=value).dropna(subset=["value"])


def caution_of(checkpoints: int, tasks: int) -> str:
    """What keeps a record from meaning anything; empty where nothing does."""
    if checkpoints >= CHECKPOINTS and tasks >= TASKS:
        return ""
    counted = f"{checkpoints} checkpoint{'s' * (checkpoints != 1)} and {tasks} task{'s' * (tasks != 1)} with scores"
    return f"With {counted} a record means nothing yet; {CHECKPOINTS} and {TASKS} are the least."


def _of_task(part: pd.DataFrame) -> tuple[float, float, float]:
    """Weighted tau, regret and gap correlation over the checkpoints of one task."""
    from scipy.stats import weightedtau

    value, score = part["value"].to_numpy(float), part["score"].to_numpy(float)
    regret = float(score.max() - score[value == value.max()].mean())
    if np.ptp(value) == 0 or np.ptp(score) == 0:
        return np.nan, regret, np.nan
    return float(weightedtau(value, score).statistic), regret, float(np.corrcoef(value, score)[0, 1])


def _summary(tasks: pd.DataFrame) -> pd.DataFrame:
    numbers = ["weighted_tau", "regret", "gap_correlation"]
    grouped = tasks.groupby("candidate", sort=False)
    summary = grouped[numbers].mean().assign(tasks=grouped.size())
    taus = tasks.pivot_table(index="task", columns="candidate", values="weighted_tau")
    for column, ranker in (("beats_size", SIZE), ("beats_elsewhere", ELSEWHERE)):
        summary[column] = pd.array([_beats(taus, one, ranker) for one in summary.index], dtype="boolean")
    return summary.sort_values("weighted_tau", ascending=False, kind="stable").reset_index()


def _beats(taus: pd.DataFrame, candidate: str, ranker: str) -> bool | None:
    if candidate == ranker or ranker not in taus:
        return None
    shared = taus[[candidate, ranker]].dropna()
    return bool(shared[candidate].mean() > shared[ranker].mean()) if len(shared) else None
