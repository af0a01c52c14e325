"""The loop that pre-trains a checkpoint in a job's folder; a killed one goes on where it last wrote its state.

    texts -> tokens, once -> head alone on the frozen encoder, where the checkpoint has none -> steps -> made/

AdamW, linear warm-up and decay, clipped gradients. Seed and step decide what a step draws, so a resumed run does what
an undisturbed one does, up to the rounding of another number of threads. At most `INTERVAL` seconds are lost.
"""

import json
import math
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.errors import Failed
from models.finetuning.batches import epoch_batches, rate
from models.finetuning.network import weight_groups
from models.finetuning.state import STATE, put_training, read_named, read_said, training_tensors, write_tensors
from models.initialization import seeded
from models.memory import give_back
from models.pretraining.job import CURVES, MADE, RESULT, PretrainingJob, kept_at, outcome, read_curve, write_json
from models.pretraining.network import Network
from models.pretraining.objective import Batch, Losses, masked_loss, objective_called
from models.pretraining.structure import collapsed

if TYPE_CHECKING:
    import torch

INTERVAL = 30.0  # seconds between two states on disk
COLUMNS = ("part", "step", "loss", "masked", "right", "structure", "tokens", "seconds")


def train(folder: Path, *, interval: float = INTERVAL) -> None:
    """Do the job in a folder; nothing where it is done."""
    if not (folder / RESULT).is_file():
        Training(folder, interval).finish()


class Training:
    """One run: `head` steps of the head alone, then those of all weights."""

    def __init__(self, folder: Path, interval: float) -> None:
        self.folder, self.interval = folder, interval
        self.job = PretrainingJob.read(folder)
        self.settings = self.job.settings
        self.objective = objective_called(self.settings.objective)
        texts = self.job.texts(folder)
        recipe = self.job.encoder(folder, texts)
        limit = min(recipe.max_length, self.settings.max_length)
        recipe = replace(recipe, max_length=limit, dtype="float32")
        causal, said = self.objective.causal, self.settings
        self.network = Network(recipe, pooling=said.pooling, seed=said.seed, lora=said.lora, causal=causal)
        whole = self.objective.whole
        self.tokens = self.network.tokens(texts if whole else texts[: self.job.samples], whole=whole)
        self.lengths = np.array([len(one) for one in self.tokens.numbers], np.int64)
        self.links = self.job.links(folder)
        tuned = not causal and self.network.fresh and recipe.init != "random" and self.settings.weight < 1
        self.head = self.settings.head_steps if tuned else 0
        self.optimizer = self._optimizer(0)
        self.written = time.monotonic()
        self._epoch: tuple[int, list[npt.NDArray[np.int64]]] = (-1, [])

    def finish(self) -> None:
        """Train to the end and write the checkpoint."""
        done = self._resume()
        before = sum(point["seconds"] for point in read_curve(self.folder))
        start = time.monotonic()
        with (self.folder / CURVES).open("a", encoding="utf-8", buffering=1) as curve:
            for step in range(done, self.head + self.settings.steps):
                self._keep(step)
                if step == self.head and step:
                    self.optimizer = self._optimizer(step)
                begun = time.monotonic()
                point = self.step(step)
                point["seconds"] = round(time.monotonic() - begun, 4)
                curve.write(json.dumps(point) + "\n")
                if time.monotonic() - self.written >= self.interval:
                    self._write(step + 1)
        self._keep(self.head + self.settings.steps)
        self._end(before + time.monotonic() - start)

    def step(self, number: int) -> dict[str, Any]:
        """One step of training; the point of the curve it makes."""
        import torch

        alone = number < self.head
        within, steps = (number, self.head) if alone else (number - self.head, self.settings.steps)
        top = self.settings.head_lr if alone else self.settings.lr
        for group in self.optimizer.param_groups:
            group["lr"] = top * rate(within, steps, self.settings.warmup)
        self.network.model.train(not alone)
        batch = self._batch(number, self._rows(number))
        self.optimizer.zero_grad(set_to_none=True)
        with seeded(self._drawn(number, 5)), self._precision():
            losses = _of_head(batch) if alone else self.objective.loss(batch)
        losses.total.backward()  # type: ignore[no-untyped-call]
        length = float(torch.nn.utils.clip_grad_norm_(self.network.model.parameters(), self.settings.clip))
        if not math.isfinite(length) or not math.isfinite(float(losses.total.detach())):
            raise Failed(
                f"pre-training with seed {self.settings.seed} and weight {self.settings.weight} broke down at step"
                f" {within + 1} of {steps}: its loss is no finite number; give a smaller lr in [[pretraining]]."
            )
        self.optimizer.step()
        said = {"loss": float(losses.total.detach()), "masked": losses.masked, "right": losses.right}
        said |= {"structure": losses.structure}
        point: dict[str, Any] = {"part": "head" if alone else "all", "step": within + 1, "tokens": losses.tokens}
        return point | {name: round(value, 6) if math.isfinite(value) else None for name, value in said.items()}

    def _batch(self, number: int, rows: npt.NDArray[np.int64]) -> Batch:
        import torch

        rng = np.random.default_rng([self.settings.seed, number, 71])
        generator = torch.Generator().manual_seed(self._drawn(number, 73))
        return Batch(rows, self.tokens, self.links, self.network, self.settings, rng, generator)

    def _rows(self, number: int) -> npt.NDArray[np.int64]:
        """Those of a step: epochs of batches of like length, in an order that the seed and the epoch decide."""
        each = -(-len(self.lengths) // self.settings.batch)
        epoch, place = divmod(number, each)
        if self._epoch[0] != epoch:
            batches = epoch_batches(self.lengths, self.settings.batch, seed=self.settings.seed, epoch=epoch)
            self._epoch = (epoch, batches)
        return self._epoch[1][place]

    def _drawn(self, number: int, what: int) -> int:
        return int(np.random.SeedSequence([self.settings.seed, number, what]).generate_state(1)[0])

    def _optimizer(self, step: int) -> "torch.optim.Optimizer":
        """Of the head alone, or of all that is trained."""
        import torch

        alone = step < self.head
        trained = self.network.trained(head=alone)
        known = {id(one) for one in trained}
        for one in self.network.model.parameters():
            one.requires_grad_(id(one) in known)
        if alone:
            return torch.optim.AdamW(trained, lr=self.settings.head_lr, weight_decay=0.0)
        groups = weight_groups(self.network.model, self.settings.decay)
        return torch.optim.AdamW(groups, lr=self.settings.lr, fused=True)

    def _precision(self) -> AbstractContextManager[Any]:
        import torch

        if self.network.encoder.device == "cuda" and torch.cuda.is_bf16_supported():
            return torch.autocast("cuda", dtype=torch.bfloat16)
        return nullcontext()

    def _keep(self, number: int) -> None:
        """Write the weights before a step, where they are to be kept."""
        if number - self.head in self.job.keep:
            self.network.save(kept_at(self.folder, number - self.head))

    def _write(self, done: int) -> None:
        tensors = training_tensors(self.network.model, self.optimizer)
        write_tensors(self.folder / STATE, tensors, {"made_of": self.job.made_of, "done": done})
        give_back()
        self.written = time.monotonic()

    def _resume(self) -> int:
        """Steps that are done, their state put back; what the curve says beyond them is cut off."""
        said = read_said(self.folder / STATE)
        done = int(said["done"]) if said.get("made_of") == self.job.made_of else 0
        kept = read_curve(self.folder)[:done]
        if done:
            self.optimizer = self._optimizer(done - 1)
            within = done - (self.head if done > self.head else 0)
            put_training(self.network.model, self.optimizer, read_named(self.folder / STATE), within)
        lines = "".join(json.dumps(point) + "\n" for point in kept)
        (self.folder / CURVES).write_text(lines, encoding="utf-8")
        return done

    def _end(self, seconds: float) -> None:
        """Write the checkpoint, then what the run was like."""
        self.network.save(self.folder / MADE)
        points = read_curve(self.folder)
        whole = [point["structure"] for point in points if point["part"] == "all"]
        structure = [value for value in whole if value is not None]
        margin = self.settings.margin if self.settings.loss == "contrastive" and structure else None
        said = outcome(points) | {"samples": len(self.lengths), "head": self.head}
        said["collapsed"] = margin is not None and collapsed(structure, margin)
        said["seconds"] = round(seconds, 3)
        write_json(self.folder / RESULT, said)
        (self.folder / STATE).unlink(missing_ok=True)


def _of_head(batch: Batch) -> Losses:
    """The masked-LM loss that trains a new head on the encoder as it is."""
    masked, _, right, tokens = masked_loss(batch, batch.rows, frozen=True)
    return Losses(masked, float(masked.detach()), right, tokens=tokens)
