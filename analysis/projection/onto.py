"""One map laid onto another of the same samples: turned, mirrored, scaled and shifted to the least squares.

With centered maps X (the reference) and Y, both (n, dimensions), and Y'X = U S V', the least |X - s Y R|² over
rotations and reflections R is reached at R = U V' and s = tr(S) / |Y|² (Schönemann and Carroll 1970). What is left of
X then, as a share of it, is the

    residual = 1 - tr(S)² / (|X|² |Y|²),

the disparity of `scipy.spatial.procrustes`: 0 = the same map, 1 = nothing in common; either may be the reference.

Null: the samples of one map dealt anew among its places. It says what maps that have nothing to do with each other
would leave, once drawn; a map that was started from another one, or fitted with it, keeps a little of it beside that.
"""

import numpy as np
import numpy.typing as npt

from analysis.number import CannotAnalyze, Number

Map = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

NULLS = 200
PLACES = 20_000_000  # dealt in all, but
FEWEST_NULLS = 20


def laid_onto(reference: Map, drawn: Map) -> Map:
    """The map moved to where it lies nearest to the reference."""
    x, y = _centered(reference), _centered(drawn)
    left, sizes, right = np.linalg.svd(y.T @ x)
    turned = (sizes.sum() / np.square(y).sum()) * y @ (left @ right)
    return np.asarray(turned + reference.mean(axis=0, dtype=np.float64), np.float32)


def residual(reference: Map, drawn: Map, *, seed: int) -> Number:
    """The share of the reference's variance that the map, laid onto it as well as can be, does not explain."""
    x, y = _centered(reference), _centered(drawn)
    squares = float(np.square(x).sum() * np.square(y).sum())

    def left(dealt: Floats) -> float:
        kept = float(np.linalg.svd(dealt.T @ x, compute_uv=False).sum())
        return min(max(1 - kept**2 / squares, 0.0), 1.0)

    n = len(x)
    rng = np.random.default_rng([seed % (1 << 63), 31])
    nulls = [left(y[rng.permutation(n)]) for _ in range(min(NULLS, max(FEWEST_NULLS, PLACES // n)))]
    low, high = np.quantile(nulls, [0.025, 0.975])
    return Number(value=left(y), n=n, null_mean=float(np.mean(nulls)), null_low=float(low), null_high=float(high))


def _centered(drawn: Map) -> Floats:
    centered = drawn - drawn.mean(axis=0, dtype=np.float64)
    if not np.square(centered).sum() > 0:
        raise CannotAnalyze("All points of a map coincide, so it cannot be laid onto another.")
    return np.asarray(centered, np.float64)
