"""Whether clusters are classes: k-means with as many clusters as there are classes, and its V-measure.

One start by k-means++ per seed (Arthur and Vassilvitskii 2007); with cosine, rows at length one. Nothing is
learnt from labels, so that all labelled samples are clustered and asked.
"""

import warnings

import numpy as np
import numpy.typing as npt

from analysis.number import CannotAnalyze
from analysis.plugin import TaskMethod
from analysis.space import EmbeddingSpace
from analysis.task import Task
from analysis.tasks.answers import Clusters
from analysis.tasks.context import Answered, Context

STEPS = 100


def answer(space: EmbeddingSpace, task: Task, context: Context) -> Answered:
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    rows = np.flatnonzero(task.labels.known)
    classes, truth = np.unique(task.labels.codes[rows], return_inverse=True)
    if len(classes) < 2:
        raise CannotAnalyze(
            f"Task {task.name!r} has {('no label', 'one class')[len(classes)]}: no clusters to look for."
        )
    if len(classes) == len(rows):
        raise CannotAnalyze(f"Every class of {task.name!r} has one sample, so any clustering would look perfect.")
    vectors: npt.NDArray[np.floating] = space.vectors[rows]
    if context.metric == "cosine":
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = vectors / np.where(length > 0, length, 1)
    answers = []
    for number, seed in enumerate(task.seeds):
        context.report(number, len(task.seeds), f"clusters of {space.name} on {task.name}, seed {seed}")
        means = KMeans(len(classes), n_init=1, max_iter=STEPS, random_state=seed % (1 << 32))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct points than classes
            found = means.fit_predict(vectors)
        answers.append(Clusters(rows, truth.astype(np.int64), found.astype(np.int64)))
    return Answered(answers)


TASK_METHOD = TaskMethod(
    name="cluster",
    title="Clusters",
    question="Are clusters classes?",
    version=1,
    answer=answer,
    describe={"v_measure": "Harmonic mean of how pure clusters are and how whole classes stay."},
)
