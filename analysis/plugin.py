"""What a plug-in declares. The pipeline reads these and hands each plug-in just what it needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.dataset import Dataset
from analysis.knn_graph import Metric
from analysis.readings import Readings
from analysis.result import Result
from analysis.scales import Scales
from analysis.study import CheckpointSpec, DatasetSpec, MetricsSpec
from analysis.task import Target
from models.place import Place

if TYPE_CHECKING:
    import plotly.graph_objects as go

Need = Literal["neighbors", "all_neighbors", "labels", "labels?", "metric"]


@dataclass(frozen=True)
class Slider:
    """How a whole or broken number among a plug-in's parameters is asked for."""

    low: float
    high: float
    label: str


@dataclass(frozen=True)
class Choice:
    """How one of a few words among a plug-in's parameters is asked for."""

    options: tuple[str, ...]
    label: str


@dataclass(frozen=True)
class Params:
    """Parameters of a plug-in: a frozen dataclass of plain values annotated with Slider or Choice."""


Statistic = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
OfBlocks = Callable[[npt.NDArray[np.bool_]], Mapping[str, float]]
OneDraw = Callable[[np.random.Generator], Mapping[str, float | npt.NDArray[np.float64]]]


@dataclass(frozen=True)
class Subsample:
    """Interval by recomputing on random subsets without repeats (delete-d jackknife): for what needs no graph.

    With m of n points drawn, the spread of the subset values times sqrt(m / (n - m)) estimates that of the whole.
    `share(space, params, block_of, **needs)` spares the recomputing where draws have work in common: told which block
    each sample belongs to, (n,), it gives a function from the blocks drawn, a mask, to the numbers of their samples.
    """

    fraction: float = 0.5
    share: Callable[..., OfBlocks] | None = None


# Neighbours see much the same of a space: on simulated clouds, manifolds and clusters plain resampling spread by .85
# (median; .59 to 1.3) of what is true. Stretched by this it covers; `benchmarks/coverage.py` shows it.
NEIGHBOR_STRETCH = 1.3


@dataclass(frozen=True)
class ByPoint:
    """Interval by resampling per-point contributions on the fixed graph, never the points themselves.

    `statistics`: for each number, which of `Result.points` it is made of and how, from (..., n) to (...); samples
    with NaN there are left out. `stretch`: how much wider than independent contributions would have it.
    """

    statistics: Mapping[str, tuple[str, Statistic]]
    stretch: float = NEIGHBOR_STRETCH


@dataclass(frozen=True)
class Stated:
    """The plug-in states its own intervals (an exact or closed form), or its numbers are counts without one."""


@dataclass(frozen=True)
class Permuted:
    """Null by dealing the labels anew among the samples that have one, on the same graph."""


@dataclass(frozen=True)
class Drawn:
    """Null drawn by the plug-in: `draw(space, params, **needs)` works out once what does not change between draws.

    It gives a function that, called with a generator, gives each number once under chance. An array among them is
    averaged over the draws and kept as `Result.arrays["null_<name>"]`, for figures. `what`: what chance means, in a
    sentence. `draws` caps the study's number.
    """

    draw: Callable[..., OneDraw]
    what: str
    draws: int = 200


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """A question about one space.

    `compute(space, params, **needs) -> Result` is given just the needs it names:

    `neighbors`: KnnGraph cut to the study's k; `all_neighbors`: the same uncut, fifty or more where there are as many;
    `labels`: one Labels, the pipeline asking once per label column;
    `labels?`: the same, and None, once, where there is no such column; `metric`: the study's metric. A number's name
    in `compute` carries no `@k`; the pipeline adds it where `at_k` says so. The promises are kept by property tests.

    `figures`: further figures by name, each None where it has nothing to show; the data of one is the table or array
    of its name. `samples`: of the tables whose rows are samples or pairs of them, the columns with their row numbers.
    """

    name: str
    title: str
    question: str  # one sentence: what it answers
    version: int
    compute: Callable[..., Result]
    figure: Callable[[Result], "go.Figure"]
    describe: Mapping[str, str]  # for each number: what it says, its formula, in one sentence
    scales: Scales  # how it is answered of very many samples; nothing builds n × n
    points: Mapping[str, str] = field(default_factory=dict)  # for each number of a sample: what it is, in a few words
    figures: "Mapping[str, Callable[[Result], go.Figure | None]]" = field(default_factory=dict)
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    of_width: tuple[str, ...] = ()  # numbers that no space can exceed its dimensions in: shown with these beside them
    reading: str = ""  # how to weigh its numbers against one another, where that needs saying
    params: type[Params] = Params
    needs: tuple[Need, ...] = ()
    interval: Subsample | ByPoint | Stated = field(default_factory=Stated)
    null: Permuted | Drawn | None = None
    at_k: bool = False
    rotation_invariant: bool = False
    scale_invariant: bool = False
    translation_invariant: bool = False

    def columns(self, labels: Sequence[str]) -> Sequence[str]:
        """By which of a dataset's label columns it is asked, one at a time; "" for none."""
        if "labels" in self.needs:
            return labels
        return labels or ("",) if "labels?" in self.needs else ("",)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A measure of how alike two spaces of the same samples are; the same whichever of them comes first.

    What `value` is given depends on `basis`. "centered", "raw", "unit": the `Cross` moments of the vectors less their
    mean, as they are, or at length one; it gives the number. "neighbors": how many neighbours each sample shares,
    (n,), and k; it gives each sample's contribution, the number being their mean. "directions": unit vectors and
    neighbours of both and the rows that are asked for; contributions again. "pairs": what `prepare` makes of each
    space's matrix `of_space` over a sample of rows; it gives the number. `same`: a space with itself.
    """

    name: str
    title: str
    version: int
    basis: Literal["centered", "raw", "unit", "neighbors", "directions", "pairs"]
    value: Callable[..., Any]
    describe: str
    same: float
    rotation_invariant: bool = True
    of_space: Callable[..., npt.NDArray[np.float64]] | None = None
    prepare: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]] | None = None

    @property
    def at_k(self) -> bool:
        """Whether it is asked at several k."""
        return self.basis in ("neighbors", "directions")


@dataclass(frozen=True, kw_only=True)
class Estimator:
    """An estimate, without training, of how well a task can be learnt from a space; higher is better.

    `kinds`: the targets it reads. `score(sample)`, from labelled rows, gives its value with what draws of interval and
    null need (`transferability.sample.Score`); CannotAnalyze where it has no answer.
    """

    name: str
    title: str
    version: int
    kinds: tuple[Literal["categorical", "numeric"], ...]
    score: Callable[..., Any]
    describe: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class TaskMethod:
    """A way to score a space on a task.

    `answer(space, task, context) -> Answered` asks what the splits say (`analysis.tasks.context`). `targets`: which
    tasks it is asked of. `trains`: it trains the checkpoint, given a `Trainable` for a space. `neighbors`: it reads the
    kNN graph, where the samples are the space's. `stretch`: how much wider an interval is for dependent answers.
    """

    name: str
    title: str
    question: str
    version: int
    answer: Callable[..., Any]
    describe: Mapping[str, str]  # for each number: what it says, in one sentence
    targets: tuple[Target, ...] = ("categorical",)
    trains: bool = False
    neighbors: bool = False
    stretch: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Projection:
    """A way to draw a space: `project(space, graph, dimensions, seed, params) -> (n, dimensions) float32`.

    `started(start, graph, seed, params)`, where it improves a map step by step: the map that it makes of another.
    `jointly(spaces, graphs, dimensions, seed, params)`, where it can: maps of several spaces in one fit.
    """

    name: str
    title: str
    version: int
    project: Callable[..., npt.NDArray[np.float32]]
    params: type[Params] = Params
    started: Callable[..., npt.NDArray[np.float32]] | None = None
    jointly: Callable[..., Sequence[npt.NDArray[np.float32]]] | None = None


class IndexBuilder(Protocol):
    """Find the k nearest rows of each row, itself excluded."""

    def __call__(
        self, vectors: npt.NDArray[np.float32], *, k: int, metric: Metric, seed: int
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return indices (n, k) and distances (n, k), nearest first."""


@dataclass(frozen=True, kw_only=True)
class Index:
    """A way to build the kNN graph; `exact` ones need no recall."""

    name: str
    title: str
    version: int
    exact: bool
    build: IndexBuilder


@dataclass(frozen=True)
class Preview:
    """What a source holds, before anything is computed: its columns, a few rows, and the roles it would give them."""

    rows: int
    columns: pd.DataFrame  # column, type, example, distinct, missing
    head: pd.DataFrame
    suggestion: Mapping[str, Any]  # keys of [dataset] with suggested values
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DatasetSource:
    """A source of samples.

    `fingerprint` names all that decides what `load` gives (file hashes, package versions), cheaply; `load` reads,
    checks and samples; `preview` shows the schema. `texts`, where a source can, reads only the texts of its frame.
    """

    name: str
    title: str
    version: int
    fingerprint: Callable[[DatasetSpec, Place], Mapping[str, str]]
    load: Callable[[DatasetSpec, Place, int], Dataset]
    preview: Callable[[DatasetSpec, Place], Preview]
    texts: Callable[[pd.DataFrame], list[str]] | None = None


Members = Mapping[str, Mapping[float, Sequence[str]]]  # run -> step -> names of checkpoints


@dataclass(frozen=True, kw_only=True)
class MetricSource:
    """A foreign source of metrics.

    `fingerprint` names all that decides what `read` gives (file hashes), without a network; `fetched`: that is not
    enough, for the content lies elsewhere and can change, and only reading tells. `members`, where a source can, tells
    which checkpoints of a study a run saved, by step.
    """

    name: str
    title: str
    version: int
    fingerprint: Callable[[MetricsSpec, Place], Mapping[str, str]]
    read: Callable[[MetricsSpec, Place], Readings]
    fetched: bool = False
    members: Callable[[MetricsSpec, Place, Sequence[CheckpointSpec]], Members] | None = None
