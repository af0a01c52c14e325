"""How often intervals and nulls of the estimators hold: small samples, where both are hardest.

Three worlds of labelled vectors: four Gaussian classes ("classes"), two classes of unequal size and spread ("uneven"),
labels that know nothing of the vectors ("unrelated"); LogME also of numbers that depend on the vectors ("numbers").
Coverage: the share of 95 % intervals that hold the mean of the number over `TRUTH` other samples of the same size.
Within chance: of unrelated labels, the share of values inside their own 95 % null band. Run:
python -m benchmarks.transferability_coverage [--simulations 200]
"""

import argparse
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.labels import Labels, labels_of
from analysis.plugin import Estimator
from analysis.registry import estimators
from analysis.result import Result
from analysis.space import EmbeddingSpace
from analysis.transfer import estimate
from benchmarks.held import held_over, print_held

TRUTH, D = 400, 12
WORLDS = ("classes", "uneven", "numbers", "unrelated")


def sample(world: str, n: int, rng: np.random.Generator) -> tuple[EmbeddingSpace, Labels]:
    """Vectors and labels of n samples; the world's own shape is the same in each sample."""
    fixed = np.random.default_rng(3)
    means, mix = fixed.standard_normal((4, D)), fixed.standard_normal((D, D)) / D**0.5
    noise = rng.standard_normal((n, D)) @ mix
    codes = rng.integers(4, size=n)
    if world == "uneven":
        codes = (rng.random(n) < 0.2).astype(int)
        vectors = 0.7 * means[codes] + noise * (1 + codes[:, None])
    elif world == "classes":
        vectors = 0.7 * means[codes] + noise
    else:
        vectors = noise + 0.3
    labels = labels_of("kind", pd.Series(codes).astype(str))
    if world == "numbers":
        values = vectors @ means[0] + rng.standard_normal(n)
        labels = Labels("size", "numeric", (), np.empty(0, np.int32), values)
    narrow = vectors.astype(np.float32)
    return EmbeddingSpace(world, world, narrow, [str(row) for row in range(n)]), labels


def simulate(
    asked: Sequence[Estimator], world: str, *, n: int, simulations: int, draws: int, seed: int, truth: int = TRUTH
) -> pd.DataFrame:
    """Per number: its mean, how often intervals hold that, their width over the exact one, values within chance."""
    rng = np.random.default_rng([seed, WORLDS.index(world)])

    def once(draws: int, turn: int) -> Result:
        return estimate(*sample(world, n, rng), asked, draws=draws, seed=turn)

    return held_over(once, world, simulations=simulations, draws=draws, truth=truth)


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--n", type=int, default=150)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS))
    asked = parser.parse_args()
    chosen = [one for name, one in estimators().items() if not asked.only or name in asked.only]
    print(f"{asked.simulations} simulations, n = {asked.n}, {asked.draws} draws\n")
    kept = {"n": asked.n, "simulations": asked.simulations, "draws": asked.draws, "seed": 0}
    print_held((simulate(chosen, world, **kept) for world in asked.worlds), chance_in="unrelated")


if __name__ == "__main__":
    main()
