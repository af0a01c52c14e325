"""A pre-training job of an encoder-decoder: on a synthetic task, or on text with corrupted spans.

    texts -> words (byte-level BPE learnt from them) -> a T5: drawn, from a checkpoint of ours, or from its statistics
          -> records -> `training/`, which goes on where it was killed -> made/

Tokens of a synthetic task are the pieces of the same vocabulary, so that what it learnt can read texts afterwards.
Text is cut into windows of 80 tokens, 15 % of them in spans of three on average.
A step to keep that lies after one at which training stopped early has the weights of the end.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from models.discovery import discover
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.finetuning.state import write_tensors
from models.pretraining.job import CURVES, MADE, RESULT, PretrainingJob, kept_at, write_json
from models.pretraining.objective import SPAN, objective_called
from models.pretraining.sequence_batches import Cut
from models.pretraining.sequence_model import Shape, Start, network_of, shape_called
from models.pretraining.sequence_source import Source, Synthetic, Text
from models.pretraining.sequence_training import CURVE, MODEL, Course, Point
from models.pretraining.sequence_training import train as train_network
from models.pretraining.settings import PreTraining
from models.pretraining.spans import Spans
from models.pretraining.synthetic.small import small_settings
from models.pretraining.text_tokens import SENTINELS, learnt
from models.tokens import TOKENIZER_FILES
from models.weight_groups import scheme_of

WINDOW, HELD, POINTS = 80, 128, 20
LONGEST = Cut(224, 224)
WORDS = 8_192  # learnt at most, of a vocabulary that has room for more


def is_one(folder: Path) -> bool:
    """Whether the job of a folder trains an encoder-decoder."""
    return objective_called(PretrainingJob.read(folder).settings.objective).sequences


def train(folder: Path) -> None:
    """Do the job in a folder; nothing where it is done."""
    if (folder / RESULT).is_file():
        return
    job, training = PretrainingJob.read(folder), folder / "training"
    settings, shape = job.settings, shape_called(job.architecture)
    texts = job.texts(folder)
    words = _words(folder, job.start, texts, shape)
    source = _source(settings, shape, words, texts)
    held = [source.record((1 << 40) + number) for number in range(HELD)]
    network = network_of(shape, seed=settings.seed, start=_start(job))

    def report(done: int, total: int, said: str) -> None:
        _tell(training, folder)

    def keep(step: int) -> None:
        if step in job.keep:
            lies = _with_words(kept_at(folder, step), words)
            network.config.save_pretrained(str(lies))
            write_tensors(lies / MODEL, {name: weight.detach() for name, weight in network.named_parameters()}, {})

    course = course_of(settings)
    curve = train_network(
        network, source, held, course, training,
        seed=settings.seed, made_of=job.made_of, report=report, keep=keep,
    )  # fmt: skip
    _tell(training, folder)
    last = curve[-1]
    for lies in (folder / MADE, *(kept_at(folder, step) for step in job.keep if step >= last.step)):
        for file in (training / MODEL, training / "config.json"):
            shutil.copy2(file, _with_words(lies, words) / file.name)
    said: dict[str, Any] = {"masked": last.held_loss, "right": last.held_right, "structure": None, "collapsed": False}
    said |= {"head": 0, "tokens": last.tokens, "samples": len(texts), "seconds": round(last.seconds, 3)}
    write_json(folder / RESULT, said | {"steps": last.step})


def _with_words(lies: Path, words: Path) -> Path:
    """A checkpoint's folder with its tokenizer in it."""
    lies.mkdir(parents=True, exist_ok=True)
    for file in words.iterdir():
        shutil.copy2(file, lies / file.name)
    return lies


def course_of(settings: PreTraining) -> Course:
    """How long and how fast: some twenty points of a curve, a hundred steps apart at most."""
    every = max(1, min(100, settings.steps // POINTS))
    return Course(
        steps=settings.steps,
        batch=settings.batch,
        rate=settings.lr,
        schedule="falling",
        warmup=min(200, settings.steps // 10),
        every=every,
        cut=LONGEST,
    )


def _words(folder: Path, start: EncoderRecipe | None, texts: list[str], shape: Shape) -> Path:
    """The folder of the tokenizer: that of the start, else learnt from the texts."""
    words = folder / "words"
    if words.is_dir():
        return words
    draft = folder / "words.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    if start is not None:
        for name in TOKENIZER_FILES:
            if (Path(start.model) / name).is_file():
                shutil.copy2(Path(start.model) / name, draft / name)
    else:
        save_words(learnt(texts, min(shape.vocabulary, WORDS)), draft)
    draft.rename(words)
    return words


def save_words(tokenizer: Any, folder: Path) -> None:
    """Write a vocabulary as a tokenizer's folder: an end after each text, as in training."""
    from tokenizers import processors
    from transformers import PreTrainedTokenizerFast

    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    names = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(str(folder))


def _source(settings: PreTraining, shape: Shape, words: Path, texts: list[str]) -> Source:
    sentinels = tuple(range(3, 3 + SENTINELS))
    if settings.objective != SPAN:
        task = discover("models.pretraining.synthetic", "GENERATOR")[settings.objective]
        spans = Spans(sentinels=sentinels) if task.running else None
        return Synthetic(task, small_settings(task, vocabulary=shape.vocabulary), settings.seed, spans)
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(words / "tokenizer.json"))
    parts = [np.array(one.ids, np.uint16) for one in tokenizer.encode_batch(texts)]
    tokens = np.concatenate(parts) if parts else np.empty(0, np.uint16)
    if len(tokens) < 2:
        raise BadInput("the samples have no text that spans could be hidden in; give texts, or a synthetic task.")
    return Text(tokens, min(WINDOW, len(tokens)), Spans(sentinels=sentinels), seed=settings.seed)


def _start(job: PretrainingJob) -> Start:
    if job.start is None:
        return Start()
    scheme = None if job.statistics is None else scheme_of(*job.statistics)
    return Start(checkpoint=Path(job.start.model) / MODEL, scheme=scheme)


def _tell(training: Path, folder: Path) -> None:
    """The curve so far in the form of every pre-training's: a point's tokens and seconds are its own."""
    lines, before = [], (0.0, 0)
    for line in (training / CURVE).read_text(encoding="utf-8").splitlines():
        point = Point(**json.loads(line))
        said = {"part": "all", "step": point.step, "loss": point.loss, "masked": point.held_loss}
        said |= {"right": point.held_right, "structure": None, "tokens": point.tokens - before[1]}
        lines.append(json.dumps(said | {"seconds": round(point.seconds - before[0], 4)}) + "\n")
        before = (point.seconds, point.tokens)
    draft = folder / f"{CURVES}.draft"
    draft.write_text("".join(lines), encoding="utf-8")
    draft.replace(folder / CURVES)
