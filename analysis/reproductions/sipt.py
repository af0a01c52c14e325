"""Structure Inducing Pre-Training's synthetic results: what is run, run by run, and kept so that a rerun goes on.

Each run is one encoder: a world (surface, hung graph, cliques), a seed and a weight of the structure loss. Sizes:
`small` is two layers of 128 (64) on whole words, minutes on two cores; `tiny` the same with few steps, to see it run.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.recipe import Recipe
from analysis.reproductions.cliques import NOISES, cliques
from analysis.reproductions.manifolds import MANIFOLDS, placed
from analysis.reproductions.sentences import Topics, topics_kept
from analysis.reproductions.topology import KINDS, hung, texts_telling
from analysis.reproductions.transductive import leave_one_out, link_auroc, soft_consistency
from analysis.store import Store

VERSION = 1
SEEDS = (0, 1, 2)
WEIGHTS = (0.0, 0.1)
STEPS = {"manifold": 1500, "topology": 250, "cliques": 600}
TINY = 20  # steps of the size `tiny`
WIDE = {"width": 128, "feed_forward": 256}
NARROW = {"width": 64, "feed_forward": 128}


@dataclass(frozen=True)
class Run:
    """One encoder. `world`: a surface, the kind of classes that texts tell, or the noise among cliques."""

    experiment: str
    world: str
    seed: int
    weight: float
    steps: int

    def recipe(self) -> Recipe:
        """What its result is kept under: the settings, and the versions of the packages whose texts it reads."""
        from analysis.datasets.pydocs_read import installed

        versions = {name: version for name, (version, _) in installed().items()}
        return Recipe("sipt", VERSION, asdict(self), versions)


def runs(size: str) -> list[Run]:
    """Every run of a size, quick experiments first."""
    steps = STEPS if size == "small" else dict.fromkeys(STEPS, TINY)
    worlds = [("topology", kind) for kind in KINDS] + [("cliques", f"{noise:g}") for noise in NOISES]
    worlds += [("manifold", one.name) for one in MANIFOLDS]
    return [
        Run(experiment, world, seed, weight, steps[experiment])
        for experiment, world in worlds
        for seed in SEEDS
        for weight in (WEIGHTS if experiment != "cliques" else WEIGHTS[1:])
    ]


def made(wanted: list[Run], store: Store) -> Iterator[tuple[Run, Mapping[str, Any] | None]]:
    """What is kept of each run, None where nothing is."""
    for run in wanted:
        artifact = store.get(run.recipe())
        yield run, None if artifact is None else artifact.content


def make(run: Run, store: Store) -> None:
    """Make one run now, in this process on one thread, and keep its numbers and controls."""
    topics = topics_kept(store)
    assert topics is not None
    content = result_of(run, topics)
    store.put(run.recipe(), content=content, seconds=content["seconds"])


def result_of(run: Run, topics: Topics) -> dict[str, Any]:
    """The numbers and controls of one run, by name."""
    from models.pretraining.links import Links
    from models.pretraining.sentences import embedded, small_bert, tokens_of
    from models.pretraining.small import Settings, on_one_core, pretrain

    on_one_core()
    sentences, labels, edges, isolated = _world(run, topics)
    tokens = tokens_of(sentences)
    sizes = WIDE if run.experiment == "manifold" else NARROW
    model = small_bert(tokens.vocabulary, layers=2, heads=4, longest=32, seed=run.seed, **sizes)
    settings = Settings(weight=run.weight, steps=run.steps, seed=run.seed)
    if run.experiment != "manifold":
        settings = replace(settings, batch=0)
    untrained = embedded(model, tokens)
    course = pretrain(model, tokens, Links.of(edges, len(sentences)), settings)
    vectors = embedded(model, tokens)
    last = slice(-max(1, run.steps // 10), None)
    said: dict[str, Any] = {"n": len(sentences), "edges": len(edges), "isolated": isolated}
    said |= {
        "collapsed": course.collapsed,
        "seconds": course.seconds,
        "masked_accuracy": float(np.nanmean(course.right[last])),
    }
    said["structure_loss"] = None if run.weight == 0 else float(course.structure[last].mean())
    said["link_auroc"] = link_auroc(vectors, edges)
    plain = topics.similar.transform(sentences).toarray()
    for kind, classes in labels.items():
        found = leave_one_out(vectors, classes)
        said[f"{kind}.accuracy"], said[f"{kind}.auroc"] = found.accuracy, found.auroc
        said[f"{kind}.untrained"] = leave_one_out(untrained, classes).auroc
        said[f"{kind}.tfidf"] = leave_one_out(plain, classes).auroc
        said[f"{kind}.consistency"] = soft_consistency(edges, classes)
    return said


def _world(run: Run, topics: Topics) -> tuple[list[str], dict[str, npt.NDArray[np.int64]], npt.NDArray[np.int64], int]:
    """Sentences, classes by kind, edges, and how many samples had none of their own."""
    if run.experiment == "topology":
        world = hung(run.seed)
        return texts_telling(world.labels[run.world], topics, run.seed), world.labels, world.edges, 0
    if run.experiment == "cliques":
        found = cliques(float(run.world), topics, run.seed)
    else:
        found = placed(next(one for one in MANIFOLDS if one.name == run.world), topics, run.seed)
    return found.sentences, {"topic": found.labels}, found.edges, found.isolated
