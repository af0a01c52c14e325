"""Tasks of files of their own: files without rows, and pairs whose cosines are alike but for rounding."""

from pathlib import Path

import numpy as np
import pytest

from analysis.labels import Labels
from analysis.number import CannotAnalyze
from analysis.plan import wanted
from analysis.run import open_study
from analysis.space import EmbeddingSpace
from analysis.task import Pairs, Task
from analysis.tasks.context import Context
from analysis.tasks.similarity import answer
from models.errors import BadInput
from tests.unit.test_tasks_study import write_texts

FILES = '[[task]]\nname = "stuff"\nlabel = "label"\ntrain = "train.csv"\ntest = "test.csv"\n'


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_file_of_a_header_alone_is_refused_before_any_work(tmp_path: Path, part: str) -> None:
    study = write_texts(tmp_path, FILES)
    (tmp_path / f"{part}.csv").write_text("text,label\n")
    with pytest.raises(BadInput, match=f"{part} of task 'stuff' has no rows \\('{part}.csv'\\); give a file"):
        wanted(open_study(study, cache=tmp_path / "cache"))


def alike(a: np.ndarray, b: np.ndarray, scores: np.ndarray) -> tuple[EmbeddingSpace, Task, Context]:
    """Pairs of the rows of two matrices."""
    n, m = len(a), len(a) + len(b)
    rows = np.arange(m)
    space = EmbeddingSpace("s", "s", np.concatenate([a, b]).astype(np.float32), [str(row) for row in rows])
    labels = Labels("t", "numeric", (), np.empty(0, np.int32), np.full(m, np.nan))
    task = Task("t", "t", labels, np.arange(n), (), (0,), own=True, pairs=Pairs(rows[:n], rows[n:], scores))
    return space, task, Context(3, "cosine", 0, None, lambda done, total, message: None)


@pytest.mark.parametrize("scale", [1.0, 1 / 3])
def test_cosines_that_differ_by_rounding_alone_have_no_rank(scale: float) -> None:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((40, 300)).astype(np.float32)
    space, task, context = alike(rows, rows * np.float32(scale), rng.random(40))
    with pytest.raises(CannotAnalyze, match="or the cosines in 's', do not vary"):
        answer(space, task, context)


def test_pairs_of_a_text_with_itself_tie_among_the_others() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(1)
    a = rng.standard_normal((30, 50)).astype(np.float32)
    b, scores = rng.standard_normal((30, 50)).astype(np.float32), rng.random(30)
    b[::3] = a[::3]
    found = answer(*alike(a, b, scores)).answers[0].foretold
    unit = [one.astype(np.float64) / np.linalg.norm(one.astype(np.float64), axis=1)[:, None] for one in (a, b)]
    exact = np.where(np.arange(30) % 3 == 0, 1.0, (unit[0] * unit[1]).sum(axis=1))
    assert set(found[::3]) == {1.0} and len(set(found)) == 21
    assert spearmanr(found, scores).statistic == pytest.approx(spearmanr(exact, scores).statistic)
