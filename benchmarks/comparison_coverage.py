"""How often intervals and nulls of the comparisons hold: at n = 100, where both are hardest.

Three worlds of two spaces: a part shared ("shared"), one the other turned, with noise ("noisy"), and nothing shared
("unrelated"). Coverage: the share of 95 % intervals that hold the mean of the measure over `TRUTH` other samples of the
same size. Within chance: of unrelated spaces, the share of values inside their own 95 % null band. Run:
python -m benchmarks.comparison_coverage [--simulations 200]
"""

import argparse
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.compare import Compared, compare, ready
from analysis.plugin import Comparison
from analysis.registry import comparisons
from analysis.result import Result
from analysis.space import EmbeddingSpace
from benchmarks.coverage import graph_of
from benchmarks.held import held_over, print_held

Vectors = npt.NDArray[np.float64]
TRUTH, KS = 400, (10,)
WORLDS = ("shared", "noisy", "unrelated")


def sample(world: str, n: int, rng: np.random.Generator) -> tuple[Vectors, Vectors]:
    """Two spaces of n samples; the world's own shape is the same in each sample."""
    fixed = np.random.default_rng(11)
    if world == "unrelated":
        return rng.standard_normal((n, 8)), rng.standard_normal((n, 12)) * np.arange(1, 13) ** -0.5
    hidden = rng.standard_normal((n, 5)) * np.arange(1, 6) ** -0.5
    a = hidden @ fixed.standard_normal((5, 16)) + 0.5 * rng.standard_normal((n, 16)) + 0.5
    if world == "noisy":
        turn = np.linalg.qr(fixed.standard_normal((16, 16)))[0]
        return a, a @ turn + 0.8 * rng.standard_normal((n, 16))
    return a, np.tanh(hidden @ fixed.standard_normal((5, 10))) + 0.5 * rng.standard_normal((n, 10))


def side(vectors: Vectors, name: str, measures: Sequence[Comparison]) -> Compared:
    """A space ready to be compared."""
    narrow = vectors.astype(np.float32)
    space = EmbeddingSpace(name, name, narrow, [str(row) for row in range(len(narrow))])
    near = any(measure.at_k for measure in measures)
    return ready(space, graph_of(narrow, max(KS)) if near else None, measures)


def once(
    world: str, measures: Sequence[Comparison], *, n: int, draws: int, rng: np.random.Generator, seed: int
) -> Result:
    """One sample of a world, compared."""
    a, b = sample(world, n, rng)
    return compare(side(a, "a", measures), side(b, "b", measures), measures, ks=KS, draws=draws, seed=seed)


def simulate(
    measures: Sequence[Comparison], world: str, *, n: int, simulations: int, draws: int, seed: int, truth: int = TRUTH
) -> pd.DataFrame:
    """Per number: its mean, how often intervals hold that, their width over the exact one, values within chance."""
    rng = np.random.default_rng([seed, WORLDS.index(world)])

    def one(draws: int, turn: int) -> Result:
        return once(world, measures, n=n, draws=draws, rng=rng, seed=turn)

    return held_over(one, world, simulations=simulations, draws=draws, truth=truth)


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS))
    asked = parser.parse_args()
    measures = [one for name, one in comparisons().items() if not asked.only or name in asked.only]
    print(f"{asked.simulations} simulations, n = {asked.n}, {asked.draws} draws\n")
    kept = {"n": asked.n, "simulations": asked.simulations, "draws": asked.draws, "seed": 0}
    print_held((simulate(measures, world, **kept) for world in asked.worlds), chance_in="unrelated")


if __name__ == "__main__":
    main()
