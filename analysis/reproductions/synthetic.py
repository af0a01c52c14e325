"""Simpler Synthetic Tasks (Wu, Li and Liang, 2022) on two cores: what is run, and kept so that a rerun goes on.

    text, pairs ─► pre-training of a tiny T5, once a source ─► fine-tuning: way × task × seed, low and full data
                   the rate of fine-tuning: tuned for random ─┘

A pre-training is a folder that goes on where it was killed, and stays: a checkpoint with its recipe. Everything that
decides a score is fixed beforehand: last step, metric, and for each task the rate at which a random network does best
on the dev part, tried with a seed of its own. Of each fine-tuning the space of the test inputs is kept, before and
after it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from analysis.recipe import Recipe
from analysis.registry import generators, sequence_tasks
from analysis.reproductions.own_pairs import OwnTask, with_own
from analysis.reproductions.synthetic_data import VOCABULARY, Data, data_kept, data_recipe
from analysis.store import Store
from models.weight_groups import scheme_of

if TYPE_CHECKING:
    from models.pretraining.sequence_model import Shape
    from models.pretraining.sequence_training import Course

VERSION = 2
SEEDS = (0, 1, 2)
TUNING_SEED = 100
RATES = (1e-2, 3e-2)
PAPERS = {"rate": 0.01, "schedule": "inverse_root", "batch": 128}  # pre-training of larger networks
HELD = 128  # records held out, of a pre-training or of a task's dev part, that curves are made of
TESTED = 256
CUT = (96, 48)  # tokens of an input and of a target; longer pairs are left out
NATURAL = "natural"
Regime = Literal["low", "full"]
Arrays = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Way:
    """A way to begin: a pre-training's weights; with a mode, their statistics alone; `faster`: times the usual rate."""

    name: str
    source: str = ""
    mode: str = ""
    faster: float = 1.0


WAYS = {
    way.name: way
    for way in (
        Way("random"),
        Way("statistics", "set", "mean_sd"),
        Way("scale", "set", "scale"),
        Way("statistics of LIME", "lime", "mean_sd"),
        Way("statistics of natural", NATURAL, "mean_sd"),
        Way("gain", "", "gain=2"),
        Way("higher rate", "", "", 3.0),
        Way("nesting", "nesting"),
        Way("nonsense", "nonsense_summary"),
        Way("LIME", "lime"),
        Way("identity", "copy"),
        Way("set", "set"),
        Way(NATURAL, NATURAL),
    )
}
CONTROLS = ("gain", "higher rate")


@dataclass(frozen=True)
class Plan:
    """How much is done: steps of each pre-training, and of a regime pairs, steps and ways.

    `later`: ways that are made once all else is. `most`: on how many tasks, those where natural pre-training brings
    most, the full-data regime is made. `shape`: the network, with the vocabulary of the data. `rates`: tried for random
    weights. `own`: tasks beside those of installed source code.
    """

    pretraining: Mapping[str, int]
    pairs: Mapping[Regime, int]
    steps: Mapping[Regime, int]
    ways: Mapping[Regime, tuple[str, ...]]
    later: tuple[str, ...] = ()
    seeds: tuple[int, ...] = SEEDS
    most: int = 4
    every: int = 50
    kept_every: int = 100
    shape: str = "t5-tiny"
    rates: tuple[float, ...] = RATES
    own: tuple[OwnTask, ...] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """All of them."""
        return (*sequence_tasks(), *(task.name for task in self.own))


TINY = Plan(
    pretraining={
        "copy": 3_000,
        "set": 10_000,
        "lime": 10_000,
        "nonsense_summary": 10_000,
        "nesting": 2_000,
        NATURAL: 4_500,
    },
    pairs={"low": 1_000, "full": 8_000},
    steps={"low": 300, "full": 450},
    ways={
        "low": ("random", "statistics", "LIME", "identity", "set", NATURAL),
        "full": ("random", "statistics", *CONTROLS, "set", NATURAL),
    },
    later=("scale", "statistics of LIME", "statistics of natural", "nesting", "nonsense"),
)
SMALL = replace(
    TINY,
    shape="t5-small",
    pretraining={name: 3 * steps for name, steps in TINY.pretraining.items()},
    steps={"low": 1_000, "full": 3_000},
    rates=(1e-3, 3e-3, 1e-2),
    every=100,
)
PLANS = {"tiny": TINY, "small": SMALL}


@dataclass(frozen=True)
class Run:
    """A training: a pre-training where there is no task, else a fine-tuning; one with a rate is there to tune it."""

    way: str
    task: str = ""
    regime: Regime = "low"
    seed: int = 0
    rate: float = 0.0

    def __str__(self) -> str:
        if not self.task:
            return f"pre-training, {self.way}"
        return f"{self.task}, {self.regime} data, {self.way}, seed {self.seed}" + (
            f", rate {self.rate:g}" * bool(self.rate)
        )


def pretrainings(plan: Plan, ways: Iterable[str]) -> list[Run]:
    """Every pre-training that some way begins from."""
    sources = {WAYS[way].source for way in ways} - {""}
    return [Run(source) for source in plan.pretraining if source in sources]


def tunings(plan: Plan, regime: Regime, tasks: Iterable[str]) -> list[Run]:
    """Random networks at every rate."""
    return [Run("random", task, regime, TUNING_SEED, rate) for task in tasks for rate in plan.rates]


def finetunings(plan: Plan, regime: Regime, tasks: Iterable[str], ways: Iterable[str] = ()) -> list[Run]:
    """Every fine-tuning of a regime on these tasks, one seed after another; `ways`: other than the regime's."""
    ways, tasks = tuple(ways) or plan.ways[regime], tuple(tasks)
    return [Run(way, task, regime, seed) for seed in plan.seeds for task in tasks for way in ways]


def recipe_of(run: Run, plan: Plan, store: Store) -> Recipe:
    """What a run's result is kept under: of a fine-tuning with the rate that is tuned by then."""
    from importlib.metadata import version

    inputs = {"data": data_recipe().key, "torch": version("torch"), "transformers": version("transformers")}
    if mine := [task.key for task in plan.own if task.name == run.task]:
        inputs["pairs"] = mine[0]
    if plan.shape != "t5-tiny":
        inputs["shape"] = plan.shape
    if not run.task:
        said = {"source": run.way, "steps": plan.pretraining[run.way], "every": plan.kept_every}
        if run.way != NATURAL:
            said["generator"] = generators()[run.way].version
        return Recipe("synthetic_pretraining", VERSION, said, inputs)
    rate = run.rate or tuned(run.task, run.regime, plan, store) * WAYS[run.way].faster
    said = {**asdict(run), "rate": rate, "pairs": plan.pairs[run.regime], "steps": plan.steps[run.regime]}
    way = WAYS[run.way]
    if way.source:
        inputs["start"] = recipe_of(Run(way.source), plan, store).key
    return Recipe("synthetic_finetuning", VERSION, {**said, "every": plan.every, "begin": asdict(way)}, inputs)


def tuned(task: str, regime: Regime, plan: Plan, store: Store) -> float:
    """The rate at which a random network does best on the dev part of a task."""
    runs = tunings(plan, regime, [task])
    scores = {run.rate: said["dev"] for run, said in made(runs, plan, store) if said is not None}
    if len(scores) < len(runs):
        raise LookupError(f"the rate of {task} is not tuned yet")
    return max(scores, key=lambda rate: (scores[rate], -rate))


def made(runs: list[Run], plan: Plan, store: Store) -> Iterator[tuple[Run, Mapping[str, Any] | None]]:
    """What is kept of each run, None where nothing is."""
    for run in runs:
        artifact = store.get(recipe_of(run, plan, store))
        yield run, None if artifact is None else artifact.content


def folder_of(source: str, plan: Plan, store: Store) -> Path:
    """Where a pre-trained network lies: a checkpoint folder."""
    return store.root / "trainings" / recipe_of(Run(source), plan, store).key


def make(run: Run, plan: Plan, store: Store) -> None:
    """Make one run now, in this process on one thread or the GPU, and keep what it says."""
    from models.pretraining.small import on_one_core

    on_one_core()
    data = data_kept(store)
    assert data is not None
    data = with_own(data, plan.own, store)
    recipe = recipe_of(run, plan, store)
    if run.task:
        said, arrays = _finetuned(run, plan, store, recipe, data)
    else:
        said, arrays = _pretrained(run, plan, store, recipe, data), {}
    store.put(recipe, content=said, arrays=arrays, seconds=said["seconds"])
    store.forget(recipe)


def _pretrained(run: Run, plan: Plan, store: Store, recipe: Recipe, data: Data) -> dict[str, Any]:
    from models.pretraining.sequence_batches import Cut
    from models.pretraining.sequence_model import network_of
    from models.pretraining.sequence_source import Source, Synthetic, Text
    from models.pretraining.sequence_training import Course, train
    from models.pretraining.spans import Spans
    from models.pretraining.synthetic.small import small_settings

    sentinels = tuple(range(3, 27))
    source: Source
    if run.way == NATURAL:
        source = Text(data.text, 80, Spans(sentinels=sentinels, noise=0.25), seed=0)
    else:
        task = generators()[run.way]
        source = Synthetic(task, small_settings(task), 0, Spans(sentinels=sentinels) if task.running else None)
    held = [source.record((1 << 40) + number) for number in range(HELD)]
    steps = plan.pretraining[run.way]
    rate: dict[str, Any] = {"schedule": "falling"} if plan.shape == "t5-tiny" else PAPERS
    course = Course(steps=steps, every=plan.kept_every, cut=Cut(224, 224), **rate)
    network = network_of(replace(_shape(plan), dropout=0.0), seed=0)
    folder = folder_of(run.way, plan, store)
    curve = train(network, source, held, course, folder, seed=0, made_of=recipe.key)
    return {"curve": [asdict(point) for point in curve], "seconds": curve[-1].seconds}


def _finetuned(run: Run, plan: Plan, store: Store, recipe: Recipe, data: Data) -> tuple[dict[str, Any], Arrays]:
    from models.pretraining.sequence_answers import scores_of
    from models.pretraining.sequence_model import Start, network_of
    from models.pretraining.sequence_source import Pairs
    from models.pretraining.sequence_states import encoded
    from models.pretraining.sequence_training import train

    way, course = WAYS[run.way], _course(run, plan, recipe)
    train_on, dev, test = (
        data.records(run.task, part, course.cut, most)
        for part, most in (("train", plan.pairs[run.regime]), ("dev", HELD), ("test", TESTED))
    )
    scheme = scheme_of("per_parameter", way.mode) if way.mode else None
    weights = folder_of(way.source, plan, store) / "model.safetensors" if way.source else None
    network = network_of(_shape(plan), seed=run.seed, start=Start(checkpoint=weights, scheme=scheme))
    folder, before = store.partial(recipe), encoded(network, test, course.cut)
    curve = train(network, Pairs(train_on, run.seed), dev, course, folder, seed=run.seed, made_of=recipe.key)
    said: dict[str, Any] = {"curve": [asdict(point) for point in curve], "dev": curve[-1].held_right}
    said |= {"pairs": len(train_on), "seconds": curve[-1].seconds, "rate": course.rate}
    if run.rate:
        return said, {}
    scores = asdict(scores_of(network, test, course.cut, data.decode))
    return said | {"test": scores}, {"before": before, "after": encoded(network, test, course.cut)}


def _shape(plan: Plan) -> "Shape":
    from models.pretraining.sequence_model import shape_called

    return replace(shape_called(plan.shape), vocabulary=VOCABULARY)


def _course(run: Run, plan: Plan, recipe: Recipe) -> "Course":
    from models.pretraining.sequence_batches import Cut
    from models.pretraining.sequence_training import Course

    rate = float(recipe.params["rate"])
    return Course(
        steps=plan.steps[run.regime], rate=rate, warmup=50, every=plan.every, stop_at=2.0, cut=Cut(*CUT), batch=32
    )
