"""What a synthetic task gives: its first records in words, their lengths and entropies, how often one comes again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.figures.words import shown
from models.pretraining.synthetic.generator import Generator, Settings, decoded, first
from models.pretraining.synthetic.profile import Profile, profile_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

BINS = 30
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Records of a task: the first of them in words, and the profile of all."""

    n: int
    seed: int
    words: pd.DataFrame  # input, output
    profile: Profile
    running: bool

    @property
    def finding(self) -> str:
        """What they are like, in a sentence."""
        ours, theirs = self.profile.input_lengths, self.profile.output_lengths
        lengths = f"Inputs of {_range(ours)}, outputs of {_range(theirs)}"
        lengths = f"Texts of {_range(theirs)}" if self.running else lengths
        return f"{lengths}; {self.profile.duplicates:.1%} of {self.n:,} records repeat an earlier one"

    @property
    def table(self) -> pd.DataFrame:
        """The profile, a row a record."""
        found = self.profile
        sides = {"input_tokens": found.input_lengths.astype(int), "output_tokens": found.output_lengths.astype(int)}
        return pd.DataFrame(sides | {"input_bits": found.input_entropy, "output_bits": found.output_entropy})


def drawn(generator: Generator, settings: Settings, *, n: int, seed: int, most: int = 8) -> Drawn:
    """The first n records of a seed, `most` of them in words; BadInput where settings cannot be."""
    records = first(generator, n, seed=seed, settings=settings)
    rows = [[decoded(side, generator, settings) for side in record] for record in records[:most]]
    words = pd.DataFrame(rows, columns=["input", "output"])
    if generator.running:
        words = words[["output"]].rename(columns={"output": "text"})
    return Drawn(n, seed, words, profile_of(records, generator), generator.running)


def length_figure(found: Drawn) -> "go.Figure":
    """How long inputs and outputs are."""
    ours, theirs = (float(side.mean()) for side in (found.profile.input_lengths, found.profile.output_lengths))
    title = f"Inputs of {shown(ours)} tokens on average, outputs of {shown(theirs)}"
    title = f"Texts of {shown(theirs)} tokens on average" if found.running else title
    return _figure(found, found.profile.input_lengths, found.profile.output_lengths, "tokens", title)


def entropy_figure(found: Drawn) -> "go.Figure":
    """How rich they are: entropy of the tokens of each, in bits."""
    ours, theirs = found.profile.input_entropy, found.profile.output_entropy
    title = f"{shown(float(theirs.mean()))} bits in {'a text' if found.running else 'an output'} on average"
    if not found.running:
        title = f"{shown(float(ours.mean()))} bits in an input, {title}"
    return _figure(found, ours, theirs, "entropy of the tokens of a record, bits", title)


def _figure(found: Drawn, ours: Numbers, theirs: Numbers, x: str, title: str) -> "go.Figure":
    from analysis.figures.densities import densities

    sides: dict[str, Numbers] = {"texts": theirs} if found.running else {"inputs": ours, "outputs": theirs}
    edges = _edges(list(sides.values()), whole=x == "tokens")
    counts = {name: np.histogram(values, edges)[0] for name, values in sides.items()}
    return densities(counts, edges, title=title, x=x, y=f"share of records per {'token' if x == 'tokens' else 'bit'}")


def _edges(sides: Sequence[Numbers], *, whole: bool) -> Numbers:
    """Bins over all of them; of counts no bin is narrower than 1."""
    every = np.concatenate(sides)
    low, high = float(every.min()), float(every.max())
    if whole:
        step = max(1.0, np.ceil((high - low + 1) / BINS))
        return np.arange(low - 0.5, high + 0.5 + step, step)
    return np.linspace(low, high if high > low else low + 1.0, BINS + 1)


def _range(lengths: Numbers) -> str:
    low, high = int(lengths.min()), int(lengths.max())
    if low == high:
        return f"{low} token{'s' * (low != 1)}"
    return f"{low} to {high} tokens (mean {shown(float(lengths.mean()))})"
