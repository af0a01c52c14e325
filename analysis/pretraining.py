"""Making the checkpoints of `[[pretraining]]`: what a training is given, its result, and its curves meanwhile.

Asked for one, every member of its section that is missing is trained, as many side by side as there are cores: one
training on two cores is slower than two on one each. Steps that are kept come of the same run as its end; asked for
after that is there, they are trained for anew.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ask import Ask
from analysis.laboratory import PretrainingSpec
from analysis.made import MadeCheckpoint
from analysis.made_keys import PYDOCS, VERSION, made_recipe, settings_of
from analysis.number import Number
from analysis.progress import Progress
from analysis.recipe import Recipe
from analysis.recipe_cards import card_of_made
from analysis.registry import sources
from analysis.result import Result
from analysis.result_files import result_to_parts
from analysis.spaces import card_of, encoder_recipe
from analysis.study import CheckpointSpec, DatasetSpec
from models.errors import BadInput, nearest
from models.pretraining.objective import objective_called

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline

SAID = {
    "masked_lm_loss": ("masked", "This run had no masked-LM loss."),
    "masked_accuracy": ("right", "This run had no masked-LM loss."),
    "structure_loss": ("structure", "With weight 0 there is no structure-inducing loss."),
}
SAID_OF_SEQUENCES = {"token_loss": ("masked", ""), "token_accuracy": ("right", "")}  # of records held out
SAID_CAUSAL = {"causal_lm_loss": ("masked", "It broke off."), "causal_accuracy": ("right", "It broke off.")}
COLUMNS = ["part", "step", "loss", "masked", "right", "structure", "tokens", "seconds"]


def made_in(pipeline: "Pipeline") -> dict[str, MadeCheckpoint]:
    """The checkpoints that a study's sections make, by name."""
    specs = [space.checkpoint for space in pipeline.spaces()]
    return {spec.name: spec for spec in specs if isinstance(spec, MadeCheckpoint)}


def pretraining_asks(pipeline: "Pipeline") -> list[Ask]:
    """Every checkpoint to make, in an order in which each has what it starts from."""
    return [Ask("pretraining", name) for name in made_in(pipeline)]


def pretraining_recipe(pipeline: "Pipeline", ask: Ask) -> Recipe:
    """Recipe of a checkpoint that we make."""
    known = made_in(pipeline)
    if ask.name not in known:
        raise BadInput(f"no [[pretraining]] makes {ask.name!r}{nearest(ask.name, known)}")
    return _recipe(pipeline, known[ask.name])


def lineage(pipeline: "Pipeline", ask: Ask) -> set[str]:
    """The checkpoints of ours that an ask cannot do without, what these went on from included."""
    todo: list[CheckpointSpec | None] = [one.start for one in _behind(pipeline, (ask.name,))]
    if ask.kind != "pretraining":
        todo = [*_behind(pipeline, _read_by(ask))]
    found = set()
    while todo:
        spec = todo.pop()
        if isinstance(spec, MadeCheckpoint):
            found.add(spec.name)
            todo.append(spec.start)
    return found


def ready(pipeline: "Pipeline", ask: Ask, progress: Progress) -> None:
    """Train the checkpoints behind an ask's spaces that are ours and not there yet."""
    if pipeline.study.pretraining:
        for spec in _behind(pipeline, _read_by(ask)):
            pipeline.make(Ask("pretraining", spec.name), progress)


def _read_by(ask: Ask) -> tuple[str, ...]:
    """What an ask reads of: spaces, or the language model that a corpus and its anchors are asked of."""
    return (ask.subject,) if ask.kind in ("corpus", "anchors") else ask.spaces


def _behind(pipeline: "Pipeline", names: Sequence[str]) -> list[MadeCheckpoint]:
    """The checkpoints of ours that are called so, or have spaces that are."""
    specs = [space.checkpoint for space in pipeline.spaces() if {space.name, space.checkpoint.name} & {*names}]
    return [spec for spec in dict.fromkeys(specs) if isinstance(spec, MadeCheckpoint)]


def make_checkpoint(pipeline: "Pipeline", ask: Ask, progress: Progress) -> None:
    """Train a checkpoint, and with it the others of its section that are missing."""
    from models.pretraining.pool import run_jobs
    from models.torch_encoder import cores

    spec = made_in(pipeline)[ask.name]
    if isinstance(spec.start, MadeCheckpoint):
        pipeline.make(Ask("pretraining", spec.start.name), progress)
    siblings = [one for one in made_in(pipeline).values() if one.section == spec.section]
    together = Recipe("pretrainings", VERSION, {}, {one.name: one.key for one in siblings})
    with pipeline.store.alone(together):
        todo = {
            one.name: one
            for one in siblings
            if one.step is None
            and any(_missing(pipeline, member) for member in _run_of(one, siblings))
            and (one.name == spec.run or _can_start(pipeline, one))
        }
        folders = {name: _prepared(pipeline, one, siblings, progress) for name, one in todo.items()}
        count = min(pipeline.study.engine.workers or cores(), max(1, len(folders)))
        run_jobs(
            folders,
            workers=count,
            threads=max(1, cores() // count),
            report=progress,
            done=lambda name: _keep_all(pipeline, _run_of(todo[name], siblings), folders[name]),
        )
    pipeline._memory.pop("spaces", None)  # their cards now know the hash of their weights


def live_curve(pipeline: "Pipeline", ask: Ask) -> pd.DataFrame:
    """The curve of a training so far, also while it is at it; no rows where none was begun."""
    from models.pretraining.job import read_curve

    kept: Result | None = pipeline.find(ask)
    if kept is not None:
        return kept.tables["curves"]
    folder = pipeline.store.root / "partial" / pretraining_recipe(pipeline, ask).key
    return pd.DataFrame(read_curve(folder), columns=COLUMNS)


def _recipe(pipeline: "Pipeline", spec: MadeCheckpoint) -> Recipe:
    start = None if spec.start is None else card_of(spec.start, pipeline.place)
    cards = {space.checkpoint.name: space.card for space in pipeline.spaces()}
    return made_recipe(spec, start, pipeline.study, pipeline.place, cards)


def _missing(pipeline: "Pipeline", spec: MadeCheckpoint) -> bool:
    return pipeline.store.get(_recipe(pipeline, spec)) is None


def _run_of(end: MadeCheckpoint, among: Sequence[MadeCheckpoint]) -> list[MadeCheckpoint]:
    """What one training makes: the steps that are kept, and its end."""
    return [one for one in among if one.run == end.name]


def _can_start(pipeline: "Pipeline", spec: MadeCheckpoint) -> bool:
    return not isinstance(spec.start, MadeCheckpoint) or not _missing(pipeline, spec.start)


def _prepared(
    pipeline: "Pipeline", spec: MadeCheckpoint, siblings: Sequence[MadeCheckpoint], progress: Progress
) -> Path:
    """The folder of a training with all that it needs; one that was begun, and keeps the steps asked for, goes on."""
    from models.pretraining.job import JOB, PretrainingJob

    recipe = _recipe(pipeline, spec)
    folder = pipeline.store.partial(recipe)
    keep = [one.step for one in _run_of(spec, siblings) if one.step is not None and _missing(pipeline, one)]
    if (folder / JOB).is_file():
        if {*keep} <= {*PretrainingJob.read(folder).keep}:
            return folder
        pipeline.store.forget(recipe)
        folder = pipeline.store.partial(recipe)
    texts = list(pipeline.dataset(items=True).items("text"))
    job = PretrainingJob(
        settings=settings_of(spec),
        start=None if spec.start is None else encoder_recipe(spec.start, pipeline.place),
        architecture=spec.sizes if spec.section.sequences else spec.section.architecture,
        samples=len(texts),
        made_of=recipe.key,
        statistics=(spec.section.grouping, spec.section.mode) if spec.section.init_from else None,
        keep=tuple(keep),
    )
    edges, among = np.empty((0, 2), np.int64), None
    if spec.weight:
        edges, among = _links(pipeline, spec.section, progress)
    job.save(folder, [*texts, *_corpus(pipeline, spec.section.corpus)], edges, among)
    return folder


def _links(
    pipeline: "Pipeline", section: PretrainingSpec, progress: Progress
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64] | None]:
    """The links that are learnt from, (m, 2), and the samples they speak of where the section is without a task's."""
    from analysis.task_data import spec_called, task_of

    pairs: npt.NDArray[np.int64] = pipeline.make(Ask("graph", section.graph), progress).symmetric.pairs
    among = None
    if section.without:
        asked = [split.test for split in task_of(pipeline, spec_called(pipeline, section.without)).splits]
        among = np.setdiff1d(np.arange(len(pipeline.dataset())), np.concatenate(asked))
        pairs = pairs[np.isin(pairs, among).all(axis=1)]
    if not len(pairs):
        raise BadInput(f"graph {section.graph!r} has no links that {section.name!r} could learn from; give another.")
    return pairs, among


def _corpus(pipeline: "Pipeline", names: Sequence[str]) -> list[str]:
    """The texts that masked LM reads beside the samples."""
    found: list[str] = []
    for name in names:
        if name == PYDOCS:
            read = sources()[PYDOCS].load(DatasetSpec(source="pydocs"), pipeline.place, 0)
            found += list(read.texts or ())
        else:
            path = pipeline.place.resolve(name, "a corpus of [[pretraining]]")
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found += [line for line in lines if line.strip()]
    return found


def said_names(spec: MadeCheckpoint) -> dict[str, tuple[str, str]]:
    """The numbers of a training: what of its outcome each is, and why it may be missing."""
    if spec.section.sequences:
        return SAID_OF_SEQUENCES
    return SAID_CAUSAL if objective_called(spec.section.objective).causal else SAID


def _keep_all(pipeline: "Pipeline", made: Sequence[MadeCheckpoint], folder: Path) -> None:
    """Keep what a training made and the store has not, the end last."""
    for spec in made:
        if _missing(pipeline, spec):
            _keep(pipeline, spec, folder)
    pipeline.store.forget(_recipe(pipeline, made[-1]))


def _keep(pipeline: "Pipeline", spec: MadeCheckpoint, folder: Path) -> None:
    """Keep a trained checkpoint: weights, settings, tokenizer, its recipe in words and numbers, and its curves."""
    from models.pretraining.job import MADE, RESULT, kept_at, outcome_at, read_curve

    recipe, lies = _recipe(pipeline, spec), folder / MADE
    said: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    curve = read_curve(folder)
    if spec.step is not None:
        lies = kept_at(folder, spec.step)
        curve, said = outcome_at(curve, said, spec.step, last_alone=spec.section.sequences)
    names = said_names(spec)
    numbers = {
        name: Number(value=said[key], n=said["samples"], seconds=said["seconds"])
        if said[key] is not None
        else Number(value=None, why=why if spec.step != 0 else "Before the first step nothing is learnt.")
        for name, (key, why) in names.items()
    }
    curves = pd.DataFrame(curve, columns=COLUMNS)
    content, arrays, tables = result_to_parts(Result(numbers, {"curves": curves}, notes=tuple(_notes(spec, said))))
    card = {"name": spec.name, "recipe": json.loads(recipe.text), "graph": spec.section.graph if spec.weight else ""}
    card |= {"starts_from": spec.section.architecture if spec.start is None else spec.start.name, "outcome": said}
    card |= {
        "card": asdict(card_of_made(spec, pipeline.study)),
        "reading": {"pooling": spec.pooling or "mean", "normalize": bool(spec.normalize)},
    }
    (lies / "recipe.json").write_text(json.dumps(card, indent=1), encoding="utf-8")
    pipeline.store.put(
        recipe,
        content=content,
        arrays=arrays,
        tables=tables,
        files=sorted(lies.iterdir()),
        seconds=said["seconds"],
    )


def _notes(spec: MadeCheckpoint, said: dict[str, Any]) -> list[str]:
    settings = settings_of(spec)
    if spec.step is not None and spec.step > said.get("steps", spec.step):
        return [f"The training had stopped at step {said['steps']:,}; these are the weights of its end."]
    if spec.step is not None:
        return [f"Kept after {spec.step:,} of {settings.steps:,} steps, in which {said['tokens']:,} tokens were read."]
    steps = said.get("steps", settings.steps)
    notes = [f"{said['tokens']:,} tokens were read in {steps:,} steps."]
    if steps < settings.steps:
        notes.append(f"It was stopped there: {said['right']:.1%} of the tokens of records held out are told right.")
    if said["head"]:
        notes.append(f"Its masked-LM head is new and was first trained alone for {said['head']:,} steps.")
    if said["collapsed"]:
        notes.append(
            f"Collapsed: its contrastive loss ended at half its margin ({settings.margin:g}), which is what equal"
            " distances give; take a lower lr or more steps before its space is read as anything."
        )
    return notes
