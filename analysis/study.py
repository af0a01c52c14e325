"""A study: dataset, checkpoints, graphs, tasks, sample, seed and parameters. The whole state of a session, frozen.

The shape is the study file's (README, "The study file"). Reading and writing it is `study_file`'s work.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from analysis.knn_graph import Metric
from analysis.laboratory import AnchorsSpec, BenefitSpec, CorpusSpec, PretrainingSpec
from analysis.study_checks import check_engine, check_methods, check_seed, check_seeds, must
from models.encoder import Initialization, Pooling
from models.errors import BadInput, nearest
from models.finetuning.settings import FineTuning
from models.weight_groups import scheme_of

LayerChoice = Literal["last", "all"] | tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class EngineSpec:
    """[engine]: where the heavy work runs."""

    name: Literal["local", "ray"] = "local"
    address: str = ""
    workers: int = 0

    def __post_init__(self) -> None:
        """Check what needs no cluster."""
        check_engine(self.name, self.address, self.workers)


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """[dataset]: where the samples come from and which columns play which part."""

    source: Literal["table", "vectors", "images", "pydocs", "digits", "hub"] = "table"
    path: str = ""
    name: str = ""  # hub: the dataset's name there
    split: str = "train"  # hub
    id: str = ""
    text: str = ""
    image: str = ""
    vector: str = ""
    numeric: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    header: bool | None = None  # None: told by content
    columns: tuple[str, ...] = ()
    array: str = ""
    metadata: str = ""
    images: str = ""  # .npz: the name of its array of images
    sample: int = 0

    def __post_init__(self) -> None:
        """Check what needs no file."""
        must(self.sample >= 0, f"sample of [dataset] is {self.sample}; give 0 for all or a number of samples.")
        must(self.sample != 1, "sample of [dataset] is 1; a space needs at least 2 samples.")
        needs_path = self.source in ("table", "vectors", "images")
        must(bool(self.path) or not needs_path, f"[dataset] has source {self.source!r} but no `path`.")


@dataclass(frozen=True, kw_only=True)
class CheckpointSpec:
    """[[checkpoint]]: an encoder, how it reads, and which layers become spaces."""

    name: str
    family: Literal["transformer", "causal_lm", "masked_lm", "image", "numeric", "vectors", "tfidf", "gnn"] = (
        "transformer"
    )
    model: str = ""
    architecture: str = ""
    layers: LayerChoice = "last"
    pooling: Pooling | None = None
    normalize: bool | None = None
    prefix: str = ""
    max_length: int = 256
    dtype: Literal["float32", "float16", "bfloat16"] = "float32"
    init: Initialization = "pretrained"
    init_seed: int = 0
    init_from: str = ""
    grouping: str = ""
    mode: str = ""
    tokenizer: str = ""
    transform: Literal["none", "centered", "whitened", "all_but_the_top"] = "none"  # of the vectors; see `derived`
    series: str = ""
    at: float | None = None

    def __post_init__(self) -> None:
        """Check what needs no file."""
        must(
            self.max_length >= 2,
            f"max_length of checkpoint {self.name!r} is {self.max_length}; give 2 or more.",
        )
        check_seed(self.init_seed, f"init_seed of checkpoint {self.name!r}")
        self._check_initialization()

    def _check_initialization(self) -> None:
        """Refuse settings that this initialization has no use for."""
        for key in ("init_from", "grouping", "mode"):
            given = getattr(self, key) and (self.init == "statistics" or (self.init == "shuffled" and key != "mode"))
            must(
                bool(given) or not getattr(self, key),
                f"{key} of checkpoint {self.name!r} is of no use with init = {self.init!r}; set init = 'statistics'.",
            )
        must(
            self.init != "shuffled" or bool(self.grouping) or not self.init_from,
            f"init_from of checkpoint {self.name!r} needs a `grouping`, for example 'per_parameter'.",
        )
        scheme_of(self.grouping, self.mode)


@dataclass(frozen=True, kw_only=True)
class GraphSpec:
    """[[graph]]: a graph over the samples."""

    name: str
    source: Literal["edges", "graphml", "npz", "labels", "knn", "sequence", "see_also"] = "edges"
    path: str = ""
    label: str = ""  # labels: whose cliques; sequence: whose every value is a sequence
    space: str = ""
    columns: tuple[str, ...] = ()  # edges: the two ends; graphml: a node's name; knn: numbers; sequence: the order
    weight: str = ""  # edges, graphml: the column of weights
    header: bool | None = None  # edges; None: told by content
    k: int | None = None  # knn: 15 where it is not given; sequence: 1
    directed: bool = False
    add: float = 0.0
    flip: float = 0.0
    judge: bool = True  # false: only trained on or split by; no space is measured by it

    def __post_init__(self) -> None:
        """Check what needs no file."""
        where = f"[[graph]] {self.name!r}"
        must(self.k is None or self.k >= 1, f"k of {where} is {self.k}; give 1 or more.")
        must(0 <= self.add < inf, f"add of {where} is {self.add}; give a finite share of the edges, 0 or more.")
        must(0 <= self.flip <= 1, f"flip of {where} is {self.flip}; give a share of the edges, 0 to 1.")


@dataclass(frozen=True, kw_only=True)
class ComparisonSpec:
    """[comparison]: which measures compare which pairs of spaces."""

    measures: tuple[str, ...] = ("debiased_cka", "procrustes", "mutual_knn")
    ks: tuple[int, ...] = (10, 50)
    pairs: Literal["all"] | tuple[tuple[str, ...], ...] = "all"


@dataclass(frozen=True, kw_only=True)
class TaskSpec:
    """[[task]]: what a space is scored on: a label column of the dataset, files of its own, pairs with scores, or
    queries and the documents that answer them.
    """

    name: str
    label: str = ""
    train: str = ""
    dev: str = ""
    test: str = ""
    pairs: str = ""
    queries: str = ""  # with `documents` and `relevance`, as BEIR has them
    documents: str = ""
    relevance: str = ""
    text: str = ""
    text_b: str = ""  # the second text of a pair, in train, dev and test files
    separator: str = ""  # between the several labels of a sample; empty: it has one
    header: bool | None = None
    columns: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("knn", "linear")
    seeds: tuple[int, ...] = (0, 1, 2)
    group: str = ""
    overlap: Literal["keep", "drop"] = "keep"  # test texts that also stand in train
    seen_by: tuple[str, ...] = ()  # checkpoints that learnt from samples that are asked

    def __post_init__(self) -> None:
        """Check what needs no file."""
        files = bool(self.train or self.dev or self.test)
        where = f"[[task]] {self.name!r}"
        search = [name for name in ("queries", "documents", "relevance") if getattr(self, name)]
        must(len(search) in (0, 3), f"{where} has {' and '.join(search)}; give queries, documents and relevance.")
        must(
            bool(self.label or self.pairs or search),
            f"{where} has neither `label` nor `pairs`; name a label column, or give pairs or queries.",
        )
        must(not (self.pairs and files), f"{where} has both `pairs` and train, dev or test files; make it two tasks.")
        must(
            not search or not (files or self.pairs or self.label),
            f"{where} has queries and also a label, files or pairs; make it two tasks.",
        )
        must(bool(self.train) or not self.text_b, f"{where} has `text_b` but no `train` file; give one, or `pairs`.")
        must(
            bool(self.label) or not self.separator,
            f"{where} has `separator` but no `label`; name the column whose labels it separates.",
        )
        must(bool(self.train) or not files, f"{where} has no `train` file; give one beside dev and test.")
        check_methods(self.methods, where)
        check_seeds(self.seeds, where)


@dataclass(frozen=True, kw_only=True)
class MetricsSpec:
    """[[metrics]]: fine-tuning results made elsewhere."""

    source: Literal["trainer_state", "tensorboard", "mlflow", "wandb", "csv", "mteb"]
    path: str = ""
    checkpoints: Mapping[str, str] = field(default_factory=dict)  # run -> checkpoint, or series: by step
    task: str = ""  # what the metrics are of, where the source does not say
    experiment: str = ""  # mlflow: one of them; none: all
    run: str = ""  # csv: the columns of these, where their names do not say; without metric and value, every
    step: str = ""  # column of numbers is a metric
    metric: str = ""
    value: str = ""

    def __post_init__(self) -> None:
        """Check what needs no file."""
        for key in ("run", "step", "metric", "value"):
            must(self.source == "csv" or not getattr(self, key), f"{key} of [[metrics]] is for source = 'csv' alone.")
        must(
            self.source == "mlflow" or not self.experiment, "experiment of [[metrics]] is for source = 'mlflow' alone."
        )
        must(bool(self.metric) == bool(self.value), "[[metrics]] names one of `metric` and `value`; name both.")


@dataclass(frozen=True, kw_only=True)
class Study:
    """Everything a session is about; replaced, never changed."""

    name: str = "study"
    seed: int = 0
    k: int = 15
    metric: Metric = "cosine"
    draws: int = 200
    analyses: tuple[str, ...] = ("*",)
    engine: EngineSpec = field(default_factory=EngineSpec)
    dataset: DatasetSpec | None = None
    checkpoint: tuple[CheckpointSpec, ...] = ()
    graph: tuple[GraphSpec, ...] = ()
    comparison: ComparisonSpec | None = None
    task: tuple[TaskSpec, ...] = ()
    finetuning: FineTuning = field(default_factory=FineTuning)
    metrics: tuple[MetricsSpec, ...] = ()
    pretraining: tuple[PretrainingSpec, ...] = ()
    corpus: tuple[CorpusSpec, ...] = ()
    anchors: AnchorsSpec | None = None
    benefit: BenefitSpec | None = None

    def __post_init__(self) -> None:
        """Check what needs no file."""
        must(self.k >= 1, f"k is {self.k}; give 1 or more neighbours.")
        must(0 <= self.draws <= 100_000, f"draws is {self.draws}; give 0 to 100,000.")
        check_seed(self.seed, "seed")
        for kind in ("checkpoint", "graph", "task", "corpus", "pretraining"):
            names = Counter(part.name for part in getattr(self, kind))
            for name, count in names.items():
                must(count == 1, f"two [[{kind}]] are called {name!r}; give each its own name.")
                check_name(kind, name)
        for part in self.checkpoint:
            check_source(part, self.checkpoint)
        sections = Counter((one.source, one.path) for one in self.metrics)
        for (source, path), count in sections.items():
            must(count == 1, f"two [[metrics]] read {source} {path!r}; join them.")
        if self.dataset is None:
            alone = bool(self.corpus) or self.anchors is not None or self.benefit is not None
            must(alone, 'the study has no [dataset]; add one, for example source = "pydocs".')
        else:
            must(bool(self.checkpoint) or bool(self.pretraining), "the study has no [[checkpoint]]; add one.")


def check_source(spec: CheckpointSpec, known: Sequence[CheckpointSpec]) -> None:
    """Refuse statistics of a checkpoint that is not there, or has no trained weights to take them from."""
    if not spec.init_from:
        return
    source = next((one for one in known if one.name == spec.init_from), None)
    if source is None:
        others = [one.name for one in known if one.name != spec.name]
        raise BadInput(
            f"init_from of checkpoint {spec.name!r} is {spec.init_from!r}, which is no checkpoint of this study"
            f"{nearest(spec.init_from, others)}"
        )
    must(
        source.init == "pretrained" and bool(source.model),
        f"init_from of checkpoint {spec.name!r} is {spec.init_from!r}, which has no trained weights; name one with"
        " init = 'pretrained' and a `model`.",
    )


ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-+=,()")


def check_name(kind: str, name: str) -> None:
    """Refuse a name that files cannot carry exactly."""
    wrong = sorted(set(name) - ALLOWED)
    must(
        bool(name.strip()) and name == name.strip() and not wrong and name[0] not in ".-" and len(name) <= 120,
        f"the name {name!r} of a [[{kind}]] is not allowed"
        + (f" ({wrong[0]!r} in it)" if wrong else "")
        + "; use letters, digits, space and . _ - + = , ( ), up to 120, not starting with a dot or a dash.",
    )
