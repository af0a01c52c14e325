"""Recipe cards: a pre-training in the terms of Structure Inducing Pre-Training (McDermott et al., 2023).

    L = (1 - weight) L_M + weight L_SI

L_M looks within a sample; L_SI depends on vectors and on a graph over the samples alone. It is explicit where it is
stated on their distances, implicit where a head on top tells the relation. The graph is shallow where one label of
each sample says who is linked (pairs and cliques), deep where none does (citations, a knowledge graph). The cards of
known methods are our reading of them in these terms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.made import MadeCheckpoint
from analysis.made_keys import settings_of
from analysis.study import Study
from models.pretraining.objective import SPAN, objective_called
from models.weight_groups import scheme_of

How = Literal["none", "implicit", "explicit"]
Depth = Literal["none", "shallow", "deep"]
SHALLOW = ("labels",)  # sources of graphs whose links one label of each sample says
NONE = "–"  # in a table: the method has none
LOSSES = {"contrastive": "contrastive, with margins", "multi_similarity": "multi-similarity, after mining"}


@dataclass(frozen=True, kw_only=True)
class RecipeCard:
    """One method. `weight`: of L_SI, 0 to 1; None where its terms have no such weights."""

    name: str
    within: str  # L_M
    graph: str
    loss: str = ""  # L_SI
    distance: str = ""
    weight: float | None = None
    how: How = "none"
    depth: Depth = "none"
    reference: str = ""

    def __post_init__(self) -> None:
        """A card without a structure says so everywhere."""
        bare = self.how == "none"
        if bare != (self.depth == "none") or bare != (not self.loss):
            raise ValueError(f"the card of {self.name!r} has a structure in one place and none in another")

    @property
    def sentence(self) -> str:
        """The card in a sentence."""
        if self.how == "none":
            return f"{self.name}: {self.within}; no structure over the samples is asked for."
        weight = "" if self.weight is None else f", weight {self.weight:g}"
        over = f"{self.loss} over {self.graph}"
        return f"{self.name}: {self.within or 'nothing within a sample'}; {self.how}, {self.depth}: {over}{weight}."


def card_of_made(spec: MadeCheckpoint, study: Study) -> RecipeCard:
    """The card of a checkpoint that a study makes."""
    settings = settings_of(spec)
    if spec.section.sequences:
        return _card_of_sequences(spec)
    within = f"masked LM, {settings.share:.0%} of tokens hidden" if spec.weight < 1 else ""
    within = "causal LM" if objective_called(settings.objective).causal else within
    start = spec.section.architecture if spec.start is None else spec.start.name
    how = f" of LoRA, rank {settings.lora}," if settings.lora else ""
    steps = f"{settings.steps:,} steps" if spec.step is None else f"{spec.step:,} of {settings.steps:,} steps"
    reference = f"{steps}{how} from {'random weights of ' if spec.start is None else ''}{start}"
    if not spec.weight:
        return RecipeCard(name=spec.name, within=within, graph="", weight=0.0, reference=reference)
    graph = next(one for one in study.graph if one.name == spec.section.graph)
    without = f", without what {spec.section.without} asks" if spec.section.without else ""
    unit = settings.normalize or settings.loss == "multi_similarity"
    return RecipeCard(
        name=spec.name,
        within=within,
        graph=f"{graph.name} ({graph.source}){without}",
        loss=LOSSES[settings.loss],
        distance="cosine" if settings.loss == "multi_similarity" else f"euclidean{', of unit vectors' * unit}",
        weight=spec.weight,
        how="explicit",
        depth="shallow" if graph.source in SHALLOW else "deep",
        reference=reference,
    )


def _card_of_sequences(spec: MadeCheckpoint) -> RecipeCard:
    """An encoder-decoder: what it writes, and where it begins."""
    section = spec.section
    title = objective_called(section.objective).title.lower()
    within = title if section.objective == SPAN else f"synthetic task: {title}"
    start = f"random weights of {spec.sizes}"
    if spec.start is not None:
        scheme = scheme_of(section.grouping, section.mode)
        start = f"statistics of {spec.start.name} ({scheme})" if section.init_from else spec.start.name
    steps = f"{section.steps:,} steps" if spec.step is None else f"{spec.step:,} of {section.steps:,} steps"
    return RecipeCard(name=spec.name, within=within, graph="", weight=0.0, reference=f"{steps} from {start}")


KNOWN = (
    RecipeCard(name="word2vec", within="tells the words around a word", graph="", weight=0.0, reference="Mikolov 2013"),
    RecipeCard(name="GPT", within="tells the next token", graph="", weight=0.0, reference="Radford 2018"),
    RecipeCard(name="RoBERTa", within="masked LM", graph="", weight=0.0, reference="Liu 2019"),
    RecipeCard(
        name="BERT",
        within="masked LM",
        graph="pairs of passages, one after the other or not",
        loss="next sentence told by a head on the pair",
        weight=0.5,
        how="implicit",
        depth="shallow",
        reference="Devlin 2019",
    ),
    RecipeCard(
        name="supervised, one label",
        within="",
        graph="cliques of a label",
        loss="cross-entropy of the label",
        weight=1.0,
        how="implicit",
        depth="shallow",
        reference="for example InferSent, Conneau 2017",
    ),
    RecipeCard(
        name="supervised contrastive",
        within="",
        graph="cliques of a label",
        loss="softmax over similarities",
        distance="cosine",
        weight=1.0,
        how="explicit",
        depth="shallow",
        reference="Khosla 2020",
    ),
    RecipeCard(
        name="SimCSE",
        within="",
        graph="each text with itself under another dropout",
        loss="softmax over similarities in the batch",
        distance="cosine",
        weight=1.0,
        how="explicit",
        depth="shallow",
        reference="Gao 2021",
    ),
    RecipeCard(
        name="CLIP",
        within="",
        graph="an image and its caption: disjoint pairs",
        loss="softmax over similarities in the batch",
        distance="cosine",
        weight=1.0,
        how="explicit",
        depth="shallow",
        reference="Radford 2021",
    ),
    RecipeCard(
        name="LinkBERT",
        within="masked LM",
        graph="documents that link to each other",
        loss="relation told by a head on the pair",
        weight=0.5,
        how="implicit",
        depth="deep",
        reference="Yasunaga 2022",
    ),
    RecipeCard(
        name="KEPLER",
        within="masked LM",
        graph="a knowledge graph over described entities",
        loss="translations of relations (TransE)",
        distance="L1",
        how="explicit",
        depth="deep",
        reference="Wang 2021",
    ),
    RecipeCard(
        name="SPECTER",
        within="",
        graph="citations between papers",
        loss="triplets with a margin",
        distance="euclidean",
        weight=1.0,
        how="explicit",
        depth="deep",
        reference="Cohan 2020",
    ),
)
"""Methods that others published."""


def card_table(cards: Sequence[RecipeCard], first: str) -> pd.DataFrame:
    """The cards as people read them, a row each; `first`: what a card is of."""
    rows = [
        {
            first: card.name,
            "λ": None if card.weight is None else card.weight,
            "within a sample (L_M)": card.within or NONE,
            "over samples (L_SI)": card.loss or NONE,
            "graph": card.graph or NONE,
            "distance": card.distance or NONE,
            "structure": NONE if card.how == "none" else f"{card.how}, {card.depth}",
            "from": card.reference,
        }
        for card in cards
    ]
    return pd.DataFrame(rows)
