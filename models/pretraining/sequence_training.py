"""Training an encoder-decoder on records: resumable, stopped early, its curve beside it while it is at work.

Adafactor (Shazeer and Stern, 2018) as Wu, Li and Liang (2022) run it: steps scaled by each tensor's size, clipped at 1,
no momentum. A folder keeps `state.safetensors` (weights, what the optimizer remembers, the curve), written every
`every` steps, and `curves.jsonl`; at the end `model.safetensors` with `config.json` and `recipe.json`. What happens
between two states is decided by seed and step: a training that was killed ends as an undisturbed one does.
"""

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from models.errors import BadInput, Failed
from models.finetuning.state import read_named, read_said, write_tensors
from models.initialization import seeded
from models.pretraining.sequence_batches import NO_LABEL, Batches, Cut, by_length, padded, trimmed
from models.pretraining.sequence_source import Source
from models.pretraining.synthetic.generator import Record
from models.torch_encoder import device_name

if TYPE_CHECKING:
    import torch

STATE, CURVE, MODEL, RECIPE = "state.safetensors", "curves.jsonl", "model.safetensors", "recipe.json"
FALLING = 0.3
Report = Callable[[int, int, str], None]
Keep = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class Course:
    """How long and how fast. `schedule`: the rate all along after a warm-up; the same, falling in a line over the last
    30 % of the steps; or min(rate, 1/√step), which at 0.01 is the paper's.

    `stop_at`: the share of tokens told right, of records held out, that ends it; above 1: never.
    """

    steps: int
    batch: int = 32
    rate: float = 3e-2
    schedule: Literal["constant", "falling", "inverse_root"] = "constant"
    warmup: int = 200
    every: int = 100
    stop_at: float = 0.99
    cut: Cut = field(default_factory=Cut)

    def __post_init__(self) -> None:
        """Check the numbers."""
        if min(self.steps, self.batch, self.every) < 1 or not self.rate > 0:
            raise BadInput(
                f"a training of {self.steps} steps of {self.batch} records at rate {self.rate}, kept every"
                f" {self.every}, cannot be; give numbers of 1 or more and a rate above 0."
            )

    def rate_at(self, step: int) -> float:
        """The rate of a step, from 0."""
        if self.schedule == "inverse_root":
            return min(self.rate, 1 / math.sqrt(step + 1))
        left = (self.steps - step) / (FALLING * self.steps) if self.schedule == "falling" else 1.0
        return self.rate * min(1.0, (step + 1) / max(1, self.warmup), left)


@dataclass(frozen=True)
class Point:
    """Where a training was: mean loss and tokens told right since the last point, the same of records held out.

    `seconds` of work and `tokens` (inputs and outputs, no padding) since the beginning.
    """

    step: int
    loss: float
    right: float
    held_loss: float
    held_right: float
    seconds: float
    tokens: int


def train(
    network: Any,
    source: Source,
    held_out: Sequence[Record],
    course: Course,
    folder: Path,
    *,
    seed: int,
    made_of: str,
    report: Report = lambda done, total, said: None,
    keep: Keep = lambda step: None,
) -> tuple[Point, ...]:
    """Train a network in place, or find it trained; its curve. `made_of`: all that decides how it begins and goes.
    `keep` hears of each step before it is taken, the first being 0; of a training that goes on, of those since.

    Raises Failed where the loss is no number any more.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network.to(device_name())
    finished = read_said(folder / MODEL)
    if finished.get("made_of") == made_of:
        _put(network, read_named(folder / MODEL))
        return tuple(Point(**one) for one in finished["curve"])
    optimizer = adafactor(network)
    curve = _resume(folder, network, optimizer, made_of)
    batches = Batches(source, batch=course.batch, cut=course.cut, seed=seed)
    held = [trimmed(one, course.cut) for one in held_out]
    while (not curve or curve[-1].held_right < course.stop_at) and (curve[-1].step if curve else 0) < course.steps:
        begin = curve[-1].step if curve else 0
        curve.append(_stretch(network, optimizer, batches, held, course, curve, seed=seed, keep=keep))
        _write(folder, network, optimizer, made_of, curve)
        last = curve[-1]
        report(last.step, course.steps, f"loss {last.loss:.3f}, {last.held_right:.1%} of tokens told right")
        assert last.step > begin
    weights = {name: weight.detach() for name, weight in network.named_parameters()}
    network.config.save_pretrained(str(folder))
    said = {"made_of": made_of, "curve": [asdict(point) for point in curve]}
    recipe = {"seed": seed, "course": asdict(course), "reached": asdict(curve[-1]), "made_of": made_of}
    (folder / RECIPE).write_text(json.dumps(recipe, indent=1), encoding="utf-8")
    write_tensors(folder / MODEL, weights, said)
    (folder / STATE).unlink(missing_ok=True)
    return tuple(curve)


def adafactor(network: Any) -> Any:
    """The optimizer."""
    from transformers.optimization import Adafactor

    return Adafactor(
        network.parameters(), lr=1.0, scale_parameter=True, relative_step=False, warmup_init=False, clip_threshold=1.0
    )


def judged(network: Any, records: Sequence[Record], batch: int = 64) -> tuple[float, float]:
    """Mean loss and share right of the tokens of trimmed records, each told from those before it; NaN of none."""
    import torch

    loss = right = count = 0.0
    network.eval()
    with torch.inference_mode():
        for rows in by_length(records, batch):
            inputs = padded([records[row] for row in rows], network.device)
            outputs = network(**inputs)
            asked = inputs["labels"] != NO_LABEL
            tokens = int(asked.sum())
            loss += float(outputs.loss) * tokens
            right += int(((outputs.logits.argmax(dim=-1) == inputs["labels"]) & asked).sum())
            count += tokens
    return (loss / count, right / count) if count else (math.nan, math.nan)


def _stretch(
    network: Any,
    optimizer: Any,
    batches: Batches,
    held: Sequence[Record],
    course: Course,
    curve: list[Point],
    *,
    seed: int,
    keep: Keep,
) -> Point:
    """Steps up to the next state; the point reached."""
    start, step = time.perf_counter(), curve[-1].step if curve else 0
    end = min(step + course.every, course.steps)
    losses, shares, tokens = [], [], 0
    network.train()
    with seeded(int(np.random.SeedSequence((seed, step)).generate_state(1)[0])):
        for number in range(step, end):
            keep(number)
            records = batches.at(number)
            loss, right = _step(network, optimizer, records, course.rate_at(number))
            if not math.isfinite(loss):
                raise Failed(f"the loss is no number after step {number}; give a lower rate than {course.rate:g}.")
            losses.append(loss)
            shares.append(right)
            tokens += sum(len(one.input) + len(one.output) for one in records)
    held_loss, held_right = judged(network, held)
    before = (curve[-1].seconds, curve[-1].tokens) if curve else (0.0, 0)
    seconds = before[0] + time.perf_counter() - start
    return Point(
        end, float(np.mean(losses)), float(np.mean(shares)), held_loss, held_right, seconds, before[1] + tokens
    )


def _step(network: Any, optimizer: Any, records: Sequence[Record], rate: float) -> tuple[float, float]:
    inputs = padded(records, network.device)
    outputs = network(**inputs)
    optimizer.zero_grad(set_to_none=True)
    outputs.loss.backward()
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    asked = inputs["labels"] != NO_LABEL
    right = (outputs.logits.detach().argmax(dim=-1) == inputs["labels"])[asked].float().mean()
    return float(outputs.loss.detach()), float(right)


def _put(network: Any, tensors: "dict[str, torch.Tensor]", prefix: str = "") -> None:
    import torch

    with torch.no_grad():
        for name, weight in network.named_parameters():
            weight.copy_(tensors[prefix + name])


def _write(folder: Path, network: Any, optimizer: Any, made_of: str, curve: list[Point]) -> None:
    """Keep everything that going on takes, in one file written whole or not at all."""
    import torch

    tensors, plain = {}, {}
    for name, weight in network.named_parameters():
        tensors[f"weight {name}"] = weight.detach()
        state = optimizer.state[weight]
        for key, value in state.items():
            if isinstance(value, torch.Tensor) and value.dim():
                tensors[f"{key} {name}"] = value
            else:
                plain[f"{key} {name}"] = float(value)
    said = {"made_of": made_of, "curve": [asdict(point) for point in curve], "plain": plain}
    write_tensors(folder / STATE, tensors, said)
    lines = "".join(json.dumps(asdict(point)) + "\n" for point in curve)
    draft = folder / f"{CURVE}.draft"
    draft.write_text(lines, encoding="utf-8")
    draft.replace(folder / CURVE)


def _resume(folder: Path, network: Any, optimizer: Any, made_of: str) -> list[Point]:
    """Go on where a training of the same kind was, or begin."""
    said = read_said(folder / STATE)
    if said.get("made_of") != made_of:
        return []
    tensors = read_named(folder / STATE)
    _put(network, tensors, "weight ")
    for name, weight in network.named_parameters():
        end = f" {name}"
        state: dict[str, Any] = {key.removesuffix(end): one for key, one in tensors.items() if key.endswith(end)}
        state.pop("weight")
        plain = {key.removesuffix(end): value for key, value in said["plain"].items() if key.endswith(end)}
        state = {key: one.to(weight.device) for key, one in state.items()}
        optimizer.state[weight] = {**state, **plain, "step": int(plain["step"])}
    return [Point(**one) for one in said["curve"]]
