"""How far classes have collapsed to their means, from class means and the total covariance alone.

With mu_c the class means, mu_G the mean of all samples and m_c = mu_c - mu_G (Papyan, Han and Donoho 2020):
S_B = mean over classes of m_c m_c', S_W = mean over samples of (h - mu_c)(h - mu_c)', nc1 = tr(S_W S_B⁺) / C. S_W is
the total covariance less sum of n_c / n m_c m_c', so only the means are to be made anew when labels are dealt.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.geometry.moments import ROUNDING, Floats, Vectors, block_sums
from analysis.geometry.pairs import Rows
from analysis.labels import Labels
from analysis.number import CannotAnalyze

ALIKE = 50  # pairs of classes told


@dataclass(frozen=True, eq=False)
class Means:
    """Class means less the mean of all, (C, d), and how many samples each is of."""

    means: Floats
    sizes: Floats


def asked_of(labels: Labels) -> tuple[Rows, Rows, npt.NDArray[np.object_]]:
    """The samples of classes of two or more, their classes from 0, and the classes' names; CannotAnalyze for fewer."""
    if labels.kind == "numeric":
        raise CannotAnalyze(f"Label {labels.name!r} holds numbers; collapse is about classes.")
    sizes = np.bincount(labels.codes[labels.known], minlength=len(labels.classes))
    kept = np.flatnonzero(sizes > 1)
    if len(kept) < 2:
        raise CannotAnalyze(f"Label {labels.name!r} has {len(kept)} classes of two samples or more; two are needed.")
    rows = np.flatnonzero(labels.known & np.isin(labels.codes, kept))
    return rows, np.searchsorted(kept, labels.codes[rows]), np.array(labels.classes, dtype=object)[kept]


def left_out(labels: Labels, asked: int) -> tuple[str, ...]:
    """Sentences on the samples that were not asked."""
    known = int(labels.known.sum())
    notes = (
        [f"{len(labels.known) - known:,} samples without a label are left out."] if known < len(labels.known) else []
    )
    if asked < known:
        notes.append(f"{known - asked:,} samples that are alone in their class are left out, and their classes.")
    return tuple(notes)


def means_of(vectors: Vectors, codes: Rows, center: Floats) -> Means:
    """Class means about a center."""
    sizes, sums = block_sums(vectors, codes, lambda rows: rows - center)
    return Means(sums / sizes[:, None], sizes)


def collapse_of(found: Means, total: Floats) -> dict[str, float]:
    """nc1, nc2_norms and nc2_angles, those that have a value; `total`: the covariance of all samples, (d, d)."""
    means, sizes, classes = found.means, found.sizes, len(found.means)
    norms, nothing = np.linalg.norm(means, axis=1), np.sqrt(ROUNDING * np.trace(total))
    numbers = {}
    if norms.max() > nothing:
        _, singular, axes = np.linalg.svd(means, full_matrices=False)
        kept = singular[: classes - 1] > singular[0] * max(means.shape) * np.finfo(np.float64).eps
        axes, singular = axes[: classes - 1][kept], singular[: classes - 1][kept]
        between = (np.square(means @ axes.T) * sizes[:, None]).sum(axis=0) / sizes.sum()
        within = np.maximum(np.einsum("kd,kd->k", axes @ total, axes) - between, 0.0)
        numbers["nc1"] = float((within / np.square(singular)).sum())  # S_B⁺ = C sum of v v' / s², and / C
        numbers["nc2_norms"] = float(norms.std() / norms.mean())
    if norms.min() > nothing:
        apart = np.abs(cosines_of(means)[np.triu_indices(classes, 1)] + 1 / (classes - 1)).mean()
        numbers["nc2_angles"] = float(apart) if classes > 2 else 0.0  # two are opposite by their definition
    return numbers


def by_class(names: npt.NDArray[np.object_], found: Means, codes: Rows, silhouettes: Floats) -> pd.DataFrame:
    """Each class: its size, its mean silhouette over those that have one, how far its mean lies from that of all."""
    sums, counts = (np.bincount(codes, weights, minlength=len(names)) for weights in (silhouettes, None))
    table = pd.DataFrame({"label": names, "n": found.sizes.astype(int)})
    table["silhouette"] = np.divide(sums, counts, out=np.full(len(names), np.nan), where=counts > 0)
    table["length_of_mean"] = np.linalg.norm(found.means, axis=1)
    return table.sort_values("silhouette", ascending=False, kind="stable", ignore_index=True)


def nearest_means(means: Floats, names: npt.NDArray[np.object_]) -> pd.DataFrame:
    """The classes whose means point most alike, with their cosine."""
    first, second = np.triu_indices(len(means), 1)
    with np.errstate(invalid="ignore"):  # a mean without a direction has no cosine
        cosines = cosines_of(means)[first, second]
    chosen = np.argsort(-cosines, kind="stable")[:ALIKE]
    return pd.DataFrame({"label": names[first[chosen]], "other": names[second[chosen]], "cosine": cosines[chosen]})


def cosines_of(means: Floats) -> Floats:
    """Cosines between class means about the mean of all, (C, C)."""
    units = means / np.linalg.norm(means, axis=1, keepdims=True)
    cosines: Floats = units @ units.T
    return cosines
