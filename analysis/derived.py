"""Spaces derived from another: the same samples, centred, whitened, or without the axes that all of them share.

With m the mean vector and (u_i, v_i) the principal axes and variances about it, a vector x becomes
centered: x - m;
whitened: W (x - m), W = sum u_i u_i' / sqrt(max(v_i, floor)): ZCA, of all matrices that whiten the one that moves the
vectors least (Kessy, Lewin and Strimmer 2018), so that dimension j stays dimension j and no axis has an arbitrary sign;
all_but_the_top: (x - m) - sum over the widest D = d / 100 axes, one at least, of u_i u_i' (x - m) (Mu and Viswanath
2018, whose sum has x in place of x - m: the same but for one constant vector).

The floor is 1e-4 of the mean variance: encoders' own rounding is about as large, and would be blown up to a whole axis.
As many samples as dimensions or fewer span fewer axes than there are, and whitened all lie equally far apart: `said`
says so. Moments are sums in double precision over chunks of rows; vectors are not normalised again.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from analysis.figures.words import shown
from analysis.geometry.moments import CHUNK, ROUNDING, Floats, Vectors, chunks, mean_of, second_moments
from analysis.store import Artifact
from models.errors import BadInput

Derivation = Literal["centered", "whitened", "all_but_the_top"]
DERIVATIONS: tuple[Derivation, ...] = get_args(Derivation)
VERSION = 1
FLOOR = 1e-4  # share of the mean variance that the narrowest axes are taken to have at least
PER_AXIS = 100  # dimensions for each axis that all-but-the-top leaves out


@dataclass(frozen=True, eq=False)
class Transform:
    """A map of vectors: less `center` (d,), less their part along `gone` (d, D), times `whiten` (d, d)."""

    center: Floats
    gone: Floats | None = None
    whiten: Floats | None = None
    said: str = ""

    def of(self, rows: npt.NDArray[np.floating]) -> Vectors:
        """Rows of the base space, or any other in its coordinates, where they lie in the derived one."""
        moved = rows - self.center
        if self.gone is not None:
            moved -= (moved @ self.gone) @ self.gone.T
        if self.whiten is not None:
            moved = moved @ self.whiten
        return moved.astype(np.float32)

    def arrays(self) -> dict[str, Floats]:
        """What to keep of it."""
        parts = {"center": self.center, "gone": self.gone, "whiten": self.whiten}
        return {name: part for name, part in parts.items() if part is not None}

    @classmethod
    def kept(cls, artifact: Artifact) -> "Transform":
        """The transform that a derived space was kept with."""
        gone, whiten = (artifact.array(name) if artifact.has(f"{name}.npy") else None for name in ("gone", "whiten"))
        return cls(artifact.array("center"), gone, whiten, artifact.content["derived"])


def fitted(how: Derivation, vectors: Vectors, name: str) -> Transform:
    """The transform of the vectors (n, d) of the space that is derived under `name`."""
    (n, d), center = vectors.shape, mean_of(vectors)
    if how == "centered":
        return Transform(center, said=f"centred: the mean of its {n:,} vectors taken off; not normalised again")
    covariance = second_moments(vectors, center)
    size = float(np.trace(covariance)) + float(center @ center)
    if np.trace(covariance) <= ROUNDING * size:
        raise BadInput(f"all vectors that {name!r} is derived from are equal; centre them, or take that space out.")
    variances, axes = np.linalg.eigh(covariance)
    if how == "whitened":
        floor = FLOOR * float(variances.mean())
        return Transform(
            center,
            whiten=(axes / np.sqrt(np.maximum(variances, floor))) @ axes.T,
            said=_whitened(n, d, int((variances < floor).sum())),
        )
    count = max(1, round(d / PER_AXIS))
    if d <= count:
        raise BadInput(f"{name!r} leaves out the widest of {d} dimension, so nothing is left; take that space out.")
    share = f"{variances[-count:].sum() / variances.sum():.0%}".replace("%", " %")
    top = "widest axis" if count == 1 else f"{count} widest axes"
    said = f"all but the top: the mean and the {top} of {d} taken off, {share} of the variance; not normalised again"
    return Transform(center, gone=axes[:, -count:], said=said)


def _whitened(n: int, d: int, narrow: int) -> str:
    said = "whitened (ZCA): variance 1 along every axis; not normalised again"
    if n <= d:
        return (
            f"{said}; {n:,} samples span at most {n - 1:,} of {d:,} axes, so whitening alone puts them equally far"
            " apart: take more samples than dimensions"
        )
    if narrow:
        axes = "axis has" if narrow == 1 else "axes have"
        said += f"; {narrow} of {d} {axes} under {shown(FLOOR)} of the mean variance and stay narrower than 1"
    return said


def write(transform: Transform, vectors: Vectors, path: Path) -> None:
    """Write the derived vectors to a `.npy` file, some rows at a time."""
    out = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=vectors.shape)
    for i, rows in enumerate(chunks(vectors)):
        out[i * CHUNK : i * CHUNK + len(rows)] = transform.of(rows)
    out.flush()
