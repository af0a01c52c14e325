"""How a space of few samples looks to the paper: leave-one-out neighbours on the samples it was pre-trained on.

Distance-weighted votes of the 3 nearest, as Structure Inducing Pre-Training's synthetic examples score theirs. The
samples were seen in pre-training, so this is no score on new ones.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NEIGHBORS = 3


@dataclass(frozen=True)
class Seen:
    """Share of the classes told right, and mean over classes of the AUROC of the votes for it."""

    accuracy: float
    auroc: float


def leave_one_out(vectors: npt.NDArray[np.floating], labels: npt.NDArray[np.int64]) -> Seen:
    """The score of vectors (n, d) with labels (n,); euclidean. A class of one sample or of all has no AUROC."""
    from sklearn.metrics import roc_auc_score

    distance = distances(vectors)
    np.fill_diagonal(distance, np.inf)
    near = np.argpartition(distance, NEIGHBORS, axis=1)[:, :NEIGHBORS]
    apart = np.take_along_axis(distance, near, axis=1)
    exact = apart == 0  # copies outvote everything, as in scikit-learn
    with np.errstate(divide="ignore"):
        weights = np.where(exact.any(axis=1, keepdims=True), exact, 1 / apart)
    classes, codes = np.unique(labels, return_inverse=True)
    votes = np.zeros((len(labels), len(classes)))
    np.add.at(votes, (np.arange(len(labels))[:, None], codes[near]), weights)
    votes /= votes.sum(axis=1, keepdims=True)
    areas = [
        roc_auc_score(codes == one, votes[:, one])
        for one in range(len(classes))
        if 0 < (codes == one).sum() < len(codes)
    ]
    return Seen(float((votes.argmax(axis=1) == codes).mean()), float(np.mean(areas)) if areas else float("nan"))


def link_auroc(vectors: npt.NDArray[np.floating], edges: npt.NDArray[np.int64]) -> float:
    """The chance that a linked pair is nearer than an unlinked one, over all pairs."""
    from sklearn.metrics import roc_auc_score

    n = len(vectors)
    linked = np.zeros((n, n), bool)
    linked[edges[:, 0], edges[:, 1]] = linked[edges[:, 1], edges[:, 0]] = True
    rows, columns = np.triu_indices(n, 1)
    return float(roc_auc_score(linked[rows, columns], -distances(vectors)[rows, columns]))


def soft_consistency(edges: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]) -> float:
    """Mean over samples with a neighbour of the share of neighbours with their label."""
    a, b = np.concatenate([edges, edges[:, ::-1]]).T
    same = np.bincount(a, labels[a] == labels[b], minlength=len(labels))
    degree = np.bincount(a, minlength=len(labels))
    return float((same[degree > 0] / degree[degree > 0]).mean())


def distances(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Euclidean distances of every two rows."""
    from scipy.spatial.distance import cdist

    wide = vectors.astype(np.float64)
    return np.asarray(cdist(wide, wide))
