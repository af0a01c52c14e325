"""What the Overview says: the numbers that matter, each space's health, and the sentence made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.ask import Ask
from analysis.figures.words import shown
from analysis.labels import Labels
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.plan import chosen_analyses
from analysis.registry import analyses
from analysis.result import Result
from analysis.space import EmbeddingSpace
from analysis.spaces import SpaceOf
from ui.words import counted

MATTER = (
    ("label_agreement", ("knn_accuracy", "knn_spearman")),
    ("spectrum", ("effective_rank",)),
    ("isotropy", ("mean_cosine",)),
    ("dimension", ("twonn",)),
    ("hubness", ("k_skewness",)),
)


@dataclass(frozen=True)
class Finding:
    """One number of one space: what it is called, what it answers, and its value if it was computed."""

    analysis: str
    name: str
    says: str
    number: Number | None
    other: str = ""


@dataclass(frozen=True)
class Alarm:
    """A sentence on a space's health; `severity` is alarm, warning or note."""

    severity: str
    sentence: str


def asks_about(pipeline: Pipeline, space: str, label: str) -> list[Ask]:
    """The asks whose numbers stand on the Overview, health first."""
    there = [name for name in ("health", *(name for name, _ in MATTER)) if name in analyses()]
    wanted = set(chosen_analyses(pipeline.study.analyses))
    asks = []
    for name in there:
        if name not in wanted:
            continue
        if "labels" not in analyses()[name].needs:
            asks.append(Ask("analysis", name, space))
        elif label:
            asks.append(Ask("analysis", name, space, other=label))
    return asks


def findings_of(pipeline: Pipeline, space: str, label: str) -> list[Finding]:
    """The numbers that matter of one space, those not computed too."""
    found = []
    for ask in asks_about(pipeline, space, label):
        names = dict(MATTER).get(ask.name)
        if names is None:
            continue
        analysis = analyses()[ask.name]
        result: Result | None = pipeline.find(ask)
        name, number = _first(result, names)
        says = analysis.describe.get(name.split("@")[0], analysis.question)
        found.append(Finding(ask.name, name.replace("_", " "), says, number, ask.other))
    return found


def _first(result: Result | None, names: Sequence[str]) -> tuple[str, Number | None]:
    for known, number in ({} if result is None else result.numbers).items():
        if known.split("@")[0] in names:
            return known, number
    return names[0], None


def alarms_of(pipeline: Pipeline, space: str) -> list[Alarm] | None:
    """What is wrong with a space; None where nobody has looked."""
    if "health" not in analyses():
        return None
    result: Result | None = pipeline.find(Ask("analysis", "health", space))
    if result is None or "alarms" not in result.tables:
        return None
    table = result.tables["alarms"]
    return [Alarm(str(row.severity), str(row.sentence)) for row in table.itertuples()]


def width_of(pipeline: Pipeline, space: SpaceOf) -> int:
    """How many dimensions a space has; 0 where its vectors decide that and are not there."""
    found: EmbeddingSpace | None = None if space.card.width else pipeline.find(Ask("space", subject=space.name))
    return space.card.width if found is None else found.d


def twin_of(space: SpaceOf, spaces: Sequence[SpaceOf]) -> SpaceOf | None:
    """The same layer of the same model with random weights."""
    mine = (space.checkpoint.model, space.checkpoint.architecture, space.layer)
    for other in spaces:
        theirs = (other.checkpoint.model, other.checkpoint.architecture, other.layer)
        if other.checkpoint.init == "random" and theirs == mine and space.checkpoint.init != "random":
            return other
    return None


def lead_sentence(
    space: SpaceOf,
    twin: SpaceOf | None,
    found: Mapping[str, Sequence[Finding]],
    alarms: Sequence[Alarm] | None,
    label: Labels | None,
    width: int,
) -> str:
    """The Overview's first words on one space, from its numbers; empty while there are none."""
    parts = []
    numbers = {finding.analysis: finding.number for finding in found[space.name] if finding.number is not None}
    agreement = numbers.get("label_agreement")
    if agreement is not None and label is not None:
        of_twin = None
        if twin is not None:
            of_twin = next((f.number for f in found[twin.name] if f.analysis == "label_agreement"), None)
        parts.append(_agreement(space.name, agreement, of_twin, label))
    rank = numbers.get("spectrum")
    if rank is not None and rank.value is not None:
        owner, of = "Its space" if parts else f"The space of {space.name}", f" of {width}" if width else ""
        parts.append(f"{owner} uses about {shown(rank.value, 0)}{of} directions.")
    if alarms is not None and (parts or alarms):
        parts.append(_warnings(alarms))
    return " ".join(part for part in parts if part)


def _agreement(name: str, number: Number, twin: Number | None, label: Labels) -> str:
    if number.value is None:
        return f"{number.why}"
    if label.kind == "numeric":
        goes = "does not go" if number.beyond_null is False else "goes"
        rank = f"rank correlation {shown(number.value)}{', not above chance' if number.beyond_null is False else ''}"
        return f"In {name}, a sample's {label.name} {goes} with its neighbours' mean ({rank})."
    aside = [] if number.null_mean is None else [f"chance {number.null_mean:.0%}".replace("%", " %")]
    if twin is not None and twin.value is not None:
        aside.append(f"its random twin {twin.value:.0%}".replace("%", " %"))
    beyond = number.beyond_null
    tail = f" ({', '.join(aside)})" if aside else ""
    share = f"{number.value:.0%}".replace("%", " %")
    chance = ", which is not above chance" if beyond is False else ""
    return f"In {name}, most neighbours of a sample have its {label.name} {share} of the time{chance}{tail}."


def _warnings(alarms: Sequence[Alarm]) -> str:
    loud = [alarm.sentence.rstrip(".") for alarm in alarms if alarm.severity != "note"]
    if not loud:
        return "No warnings."
    said = "; ".join(sentence[:1].lower() + sentence[1:] for sentence in loud)
    return f"{counted(len(loud), 'warning')}: {said}."
