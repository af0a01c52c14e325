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
from analysis.series.pair import twins_of
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
    width: int = 0  # dimensions of the space, where the number cannot exceed them


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
        says = f"{analysis.question} {analysis.describe.get(name.split('@')[0], '')}".strip()
        bounded = name.partition("@")[0] in analysis.of_width
        width = width_of(pipeline, pipeline.space_called(space)) if bounded else 0
        found.append(Finding(ask.name, name.replace("_", " "), says, number, ask.other, width))
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
    recipe = None if space.card.width else pipeline.recipe(Ask("space", subject=space.name))
    kept = None if recipe is None else pipeline.store.get(recipe)  # its size alone: to check its numbers is to read all
    return space.card.width if kept is None else int(kept.array("vectors").shape[1])


def references_of(space: SpaceOf, spaces: Sequence[SpaceOf]) -> dict[str, str]:
    """What a space is to be compared with before it is praised, in words, by the name of the space that shows it."""
    found = {twin.name: "with random weights" for twin in twins_of(space, spaces)[:1]}
    if space.checkpoint.family != "tfidf":
        floor = next((other for other in spaces if other.checkpoint.family == "tfidf"), None)
        found |= {} if floor is None else {floor.name: f"in {floor.name} (word counts alone)"}
    return found


def lead_sentence(
    space: SpaceOf,
    references: Mapping[str, str],
    found: Mapping[str, Sequence[Finding]],
    alarms: Sequence[Alarm] | None,
    label: Labels | None,
    width: int,
) -> str:
    """The Overview's first words on one space, from its numbers; empty while there are none."""
    parts = []
    agreement = _computed(found[space.name], "label_agreement")
    if agreement is not None and label is not None:
        others = {words: _computed(found[name], "label_agreement") for name, words in references.items()}
        parts.append(_agreement(space.name, agreement, others, label))
    rank = _computed(found[space.name], "spectrum")
    if rank is not None and rank.number is not None and rank.number.value is not None:
        of = f" of its {width}" if width else ""
        parts.append(f"{space.name} uses about {shown(rank.number.value, 0)}{of} directions.")
    if alarms is not None and (parts or alarms):
        parts.append(_warnings(alarms))
    return " ".join(part for part in parts if part)


def _computed(findings: Sequence[Finding], analysis: str) -> Finding | None:
    """The finding of an analysis, if its number is there."""
    return next((one for one in findings if one.analysis == analysis and one.number is not None), None)


def _agreement(name: str, finding: Finding, others: Mapping[str, Finding | None], label: Labels) -> str:
    number = finding.number
    assert number is not None
    if number.value is None:
        return f"{number.why}"
    numeric = label.kind == "numeric"
    say = shown if numeric else _percent
    said = [
        f"{say(other.number.value)} {words}"
        for words, other in others.items()
        if other is not None and other.number is not None and other.number.value is not None
    ]
    if number.null_mean is not None:
        said.append(f"{say(number.null_mean)} by chance")
    within = number.beyond_null is False
    compared = f" For comparison: {', '.join(said)}." if said else ""
    if numeric:
        goes, not_above = ("does not go", ", not above chance") if within else ("goes", "")
        rank = f"rank correlation {shown(number.value)}{not_above}"
        return f"In {name}, a sample's {label.name} {goes} with its neighbours' mean ({rank}).{compared}"
    k = finding.name.partition("@")[2]
    near = f"{k} nearest neighbours" if k else "nearest neighbours"
    not_above = ", which is not above chance" if within else ""
    return (
        f"In {name}, the commonest {label.name} among a sample's {near} is its own for"
        f" {_percent(number.value)} of samples{not_above}.{compared}"
    )


def _percent(share: float) -> str:
    """Per cent, never none or all where it is not.

    >>> _percent(0.943), _percent(0.0033), _percent(0.9996), _percent(0.0)
    ('94 %', '0.3 %', 'over 99.9 %', '0 %')
    """
    for places in (0, 1):
        said = f"{share:.{places}%}".removesuffix("%")
        if float(said) not in (0, 100) or share in (0, 1):
            return f"{said} %"
    return "under 0.1 %" if share < 0.5 else "over 99.9 %"


def _warnings(alarms: Sequence[Alarm]) -> str:
    loud = [alarm.sentence.rstrip(".") for alarm in alarms if alarm.severity != "note"]
    if not loud:
        return "No warnings."
    said = "; ".join(sentence[:1].lower() + sentence[1:] for sentence in loud)
    return f"{counted(len(loud), 'warning')}: {said}."
