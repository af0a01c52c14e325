"""The numbers of anchors, from what the two passes gathered: values, intervals from blocks drawn anew, and chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.anchors.fits import Basis, basis_of, constant_in_span
from analysis.anchors.gather import Gathered
from analysis.anchors.judged import Judged, drawn, judge, share
from analysis.anchors.moments import Floats, Total
from analysis.anchors.nulls import SHUFFLES, shuffled_errors
from analysis.anchors.prompts import Prompt
from analysis.anchors.residuals import Residuals
from analysis.number import Number
from analysis.uncertainty import bounds

PER_FIT = ("mse", "variance", "constant_mse", "r2", "r2_centred", "max_error")
SHARED = ("perplexity", "log_partition_sd", "constant_in_span", "bulk_probability")


@dataclass(frozen=True)
class Asked:
    """What is asked: the study's rules, fits and prompts, and how many draws intervals and chance take."""

    rules: Sequence[str]
    fits: Sequence[str]
    draws: int
    seed: int
    prompts: Sequence[Prompt] = ()


@dataclass(eq=False)
class Told:
    """Everything that numbers and tables are made of. `names`: of the targets, "log Z" last."""

    asked: Asked
    names: Sequence[str]
    basis: Mapping[str, Basis]
    fitted: Gathered
    held: Gathered
    residuals: Residuals
    middle: Floats
    train: Total

    @cached_property
    def test(self) -> Total:
        """Moments of what is held out."""
        return self.held.moments.total()

    def judged(self) -> dict[str, Judged]:
        """Every fit on what is held out."""
        test = self.test
        return {text: judge(one.solve(self.train), self.train, test, self.middle) for text, one in self.basis.items()}

    def numbers(self, refused: Mapping[str, str]) -> tuple[dict[str, Number], list[str]]:
        """The numbers of every rule and fit, with interval and chance where they have them."""
        draws, rng = self.asked.draws, np.random.default_rng([self.asked.seed, 1])
        values, test = self._values(self.judged(), self.held.surprise), self.test
        values |= self._fixed()
        deviations = self._deviations(draws, rng)
        chance = self._chance(test) if draws else {}
        notes: list[str] = []
        found: dict[str, Number] = {}
        for rule in self.asked.rules:
            for fit in self.basis:
                for name in (*PER_FIT, *SHARED):
                    key = f"{name}|{rule}|{fit}"
                    why = refused.get(rule) or ("" if np.isfinite(values.get(key, np.nan)) else "Nothing varies here.")
                    if why:
                        found[key] = Number(value=None, why=why)
                        continue
                    low, high = bounds(deviations, key, "interval", draws, notes)
                    null_low, null_high = bounds(chance, key, "null", SHUFFLES, notes)
                    if low is not None and high is not None:
                        low, high = values[key] + low, values[key] + high
                    mean = None if null_low is None else float(np.mean(chance[key]))
                    found[key] = Number(
                        value=values[key],
                        n=int(self.held.surprise[:, 1].sum()) if name == "perplexity" else int(test.n),
                        low=low,
                        high=high,
                        null_mean=mean,
                        null_low=null_low,
                        null_high=null_high,
                    )
        return found, notes

    def _values(self, judged: Mapping[str, Judged], surprise: Floats) -> dict[str, float]:
        """The numbers that have an interval, from some fits judged on some blocks."""
        count = surprise[:, 1].sum()
        perplexity = float(np.exp(surprise[:, 0].sum() / count)) if count else np.nan
        found: dict[str, float] = {}
        for fit, one in judged.items():
            for at, rule in enumerate(self.names[:-1]):
                found |= {f"{name}|{rule}|{fit}": float(getattr(one, name)[at]) for name in PER_FIT[:-1]}
                found[f"perplexity|{rule}|{fit}"] = perplexity
                found[f"log_partition_sd|{rule}|{fit}"] = float(np.sqrt(one.variance[-1]))
        return found

    def _fixed(self) -> dict[str, float]:
        """Those that have none."""
        span = constant_in_span(self.train, basis_of(self.train, np.arange(len(self.middle)) < len(self.middle) - 1))
        found: dict[str, float] = {}
        for fit, largest in self.residuals.largest.items():
            for at, rule in enumerate(self.names[:-1]):
                found[f"max_error|{rule}|{fit}"] = float(largest[at])
                found[f"constant_in_span|{rule}|{fit}"] = span
                found[f"bulk_probability|{rule}|{fit}"] = self.bulk(at)
        return found

    def _deviations(self, draws: int, rng: np.random.Generator) -> dict[str, Floats]:
        """How far each number of blocks drawn anew lies from their mean."""
        spread: dict[str, list[float]] = {}
        blocks = len(self.held.surprise)
        for one in drawn(self.basis, self.fitted.moments, self.held.moments, self.middle, draws=draws, rng=rng):
            again = self._values(one, self.held.surprise[rng.integers(blocks, size=blocks)])
            for name, value in again.items():
                spread.setdefault(name, []).append(value)
        about = {name: np.array(got)[np.isfinite(got)] for name, got in spread.items()}
        return {name: got - got.mean() for name, got in about.items() if len(got)}

    def bulk(self, at: int) -> float:
        """Mean probability of a rule's bulk over the contexts that were kept."""
        kept = self.held.kept
        return float(np.exp(kept.targets[:, at] - kept.partition).mean()) if len(kept.partition) else np.nan

    def _chance(self, test: Total) -> dict[str, Floats]:
        """What fits to shuffled targets give on the true ones, by number."""
        there = test.moved(-self.middle).variance
        found: dict[str, Floats] = {}
        for fit, one in self.basis.items():
            errors = shuffled_errors(self.fitted.shuffled, one, self.train, test)
            by_name = {"mse": errors, "r2": share(errors, test.variance), "r2_centred": share(errors, there)}
            for name, values in by_name.items():
                for at, rule in enumerate(self.names[:-1]):
                    found[f"{name}|{rule}|{fit}"] = values[:, at]
        return found
