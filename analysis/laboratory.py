"""The sections of a study that make something: checkpoints pre-trained, anchors fitted, a benefit measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analysis.study_checks import check_seeds, must
from models.encoder import Pooling
from models.pretraining.objective import SPAN, sequence_objectives
from models.pretraining.settings import Loss, PreTraining
from models.weight_groups import scheme_of


@dataclass(frozen=True, kw_only=True)
class PretrainingSpec:
    """[[pretraining]]: checkpoints to make, one for each weight and seed."""

    name: str
    start: str = "random"  # a checkpoint, an earlier [[pretraining]] (seed by seed), or random weights
    architecture: str = ""
    init_from: str = ""  # of an encoder-decoder drawn at random: an earlier [[pretraining]] whose statistics it takes
    grouping: str = ""
    mode: str = ""
    objective: str = "structure"
    graph: str = ""
    without: str = ""  # a task: no link of a sample that one of its splits asks is learnt from
    loss: Loss = "contrastive"
    weight: tuple[float, ...] | None = None  # objectives that know one: 0, 0.1, 0.5
    steps: int = 500
    seeds: tuple[int, ...] = (0, 1, 2)
    lr: float | None = None  # 5e-5; from random weights 1e-3; of LoRA 5e-4; of an encoder-decoder (Adafactor) 3e-2
    batch: int = 16  # samples a step; of each also two partners
    max_length: int = 128
    pooling: Pooling | None = None  # as the start's; from random weights: mean
    margin: float | None = None  # contrastive: 10; where vectors have length 1: 1
    head_steps: int = 200  # of a masked-LM head alone, where the start has none
    lora: int = 0  # rank of LoRA; 0: all weights are trained
    keep: tuple[int, ...] = ()  # steps, 0 being before the first, that are checkpoints too: a series with the end
    corpus: tuple[str, ...] = ()  # more texts for "mlm" and "clm": "pydocs", or files of one text a line

    def __post_init__(self) -> None:
        """Check what needs no file."""
        where = f"[[pretraining]] {self.name!r}"
        check_seeds(self.seeds, where)
        must(bool(self.weights), f"{where} has no weights; give for example [0.0, 0.1].")
        for weight in self.weights:
            must(0 <= weight <= 1, f"a weight of {where} is {weight}; give 0 to 1.")
            must(self.weights.count(weight) == 1, f"{where} names weight {weight} twice; give each once.")
        reads = self.objective in ("mlm", "clm", SPAN)
        must(reads or not self.corpus, f"{where} has a `corpus`, which objectives 'mlm', 'clm' and 'span' alone read.")
        must(not self.lora or self.start != "random", f"{where} has `lora`, which needs a `start` that has weights.")
        must(not self.lora or not self.sequences, f"{where} has `lora`, which no encoder-decoder is trained by here.")
        must(
            bool(self.init_from) or not (self.grouping or self.mode),
            f"{where} has a `grouping` or `mode` of statistics but no `init_from` that they are taken from.",
        )
        scheme_of(self.grouping, self.mode)
        for step in self.keep:
            must(0 <= step <= self.steps, f"{where} is to keep step {step}; give steps of 0 to {self.steps}.")
            must(self.keep.count(step) == 1, f"{where} is to keep step {step} twice; give each once.")

    @property
    def kept(self) -> tuple[int, ...]:
        """The steps before the end whose weights are kept, in order."""
        return tuple(sorted(step for step in self.keep if step < self.steps))

    @property
    def sequences(self) -> bool:
        """Whether it trains an encoder-decoder."""
        return self.objective in sequence_objectives()

    @property
    def weights(self) -> tuple[float, ...]:
        """The weights of the structure-inducing loss; 0 where the objective has none."""
        usual = (0.0, 0.1, 0.5) if self.objective == "structure" else (0.0,)
        return usual if self.weight is None else self.weight

    def settings(self, *, weight: float, seed: int, pooling: Pooling = "mean", unit: bool = False) -> PreTraining:
        """What is asked of one run; `pooling` and `unit` (vectors of length 1): of what it starts from."""
        usual = 1e-3 if self.start == "random" else 5e-4 if self.lora else 5e-5
        lr = 3e-2 if self.sequences else usual
        return PreTraining(
            objective=self.objective,
            loss=self.loss,
            weight=weight,
            steps=self.steps,
            seed=seed,
            lr=lr if self.lr is None else self.lr,
            batch=self.batch,
            max_length=self.max_length,
            pooling=pooling,
            normalize=unit,
            margin=(1.0 if unit else 10.0) if self.margin is None else self.margin,
            head_steps=self.head_steps,
            lora=self.lora,
        )


@dataclass(frozen=True, kw_only=True)
class CorpusSpec:
    """[[corpus]]: running text for language models; without `path` and `source` what each model writes itself."""

    name: str
    path: str = ""
    source: Literal["", "sampled", "pydocs"] = ""
    window: int = 256
    tokens: int = 100_000  # 0: all of it

    def __post_init__(self) -> None:
        """Check what needs no file."""
        where = f"[[corpus]] {self.name!r}"
        must(not (self.path and self.source), f"{where} has both `path` and `source`; give one.")
        must(2 <= self.window <= 1 << 17, f"window of {where} is {self.window}; give 2 to {1 << 17:,} tokens.")
        must(self.tokens >= 0, f"tokens of {where} is {self.tokens}; give 0 for all, or a number of tokens.")
        must(self.tokens > 0 or not self.sampled, f"tokens of {where} is 0; say how many to write.")

    @property
    def sampled(self) -> bool:
        """Whether the model writes it."""
        return not self.path and self.source in ("", "sampled")


@dataclass(frozen=True, kw_only=True)
class PromptSpec:
    """[[anchors.prompt]]: a task as a prompt and words. `words`: those of each value of a label, blanks between."""

    name: str
    label: str
    template: str  # holds {text}, for a masked model also {mask}
    words: Mapping[str, str]

    def __post_init__(self) -> None:
        """Check what needs no file."""
        where = f"[[anchors.prompt]] {self.name!r}"
        must(bool(self.words), f"{where} has no words; give some for a value of {self.label!r}.")
        for value, given in self.words.items():
            must(bool(given.split()), f"{where} has no word for {value!r}; give one or leave that value out.")


@dataclass(frozen=True, kw_only=True)
class AnchorsSpec:
    """[anchors]: bulk rules and fits of the anchor vector, and tasks as prompts."""

    rules: tuple[str, ...] = ("top:100", "none")
    fits: tuple[str, ...] = ("plain", "intercept")
    prompt: tuple[PromptSpec, ...] = ()

    def __post_init__(self) -> None:
        """Check what needs no file."""
        for key in ("rules", "fits"):
            given = getattr(self, key)
            must(bool(given), f"{key} of [anchors] is empty; name some, or leave it out for the usual ones.")
            for one in given:
                must(given.count(one) == 1, f"{key} of [anchors] names {one!r} twice; give each once.")
        names = [one.name for one in self.prompt]
        for name in names:
            must(names.count(name) == 1, f"[[anchors.prompt]] {name!r} is there twice; give each a name of its own.")


@dataclass(frozen=True, kw_only=True)
class BenefitSpec:
    """[benefit]: what synthetic pre-training brings. `pairs`: files of `input<TAB>target`, tasks of the user's own.
    `runs`: the table of runs that were made elsewhere, none here.
    """

    methods: tuple[str, ...] = ("random", "statistics", "set", "natural")
    seeds: tuple[int, ...] = (0, 1, 2)
    size: str = "tiny"
    pairs: tuple[str, ...] = ()
    runs: str = ""

    def __post_init__(self) -> None:
        """Check what needs no file."""
        check_seeds(self.seeds, "[benefit]")
