"""The training loop: one checkpoint, one task, one seed after another; resumable from the last finished epoch.

    texts -> tokens, once -> per seed: epochs of batches of like length -> dev score -> the best epoch answers

AdamW with a linear warm-up and decay, gradients clipped. The seed decides head, order and dropout, drawn anew for
each epoch: a resumed training ends with the bits of an undisturbed one, and one of another device, other libraries or
another number of threads begins anew. Float32; on a GPU that has them, products in bfloat16.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.embedding import in_words
from models.embedding_job import family_called, library_versions
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.finetuning.batches import by_length, epoch_batches, rate
from models.finetuning.network import network_of, outputs_of, weight_groups
from models.finetuning.objective import SCORES, loss_of, score_of
from models.finetuning.settings import Diverged, FineTuning, Parts, Point, Report, Rows, Targets, Tuned
from models.finetuning.state import (
    ANSWERS,
    Reached,
    best_path,
    forget_state,
    put_weights,
    read_named,
    read_said,
    read_state,
    write_state,
    write_tensors,
)
from models.hashes import sha256_of_text
from models.initialization import seeded
from models.memory import machine_memory
from models.sizes import BYTES
from models.text_encoder import TextEncoder

if TYPE_CHECKING:
    import torch

POINTS = 10  # of the curve in an epoch
COPIES = 5  # of the weights in memory: themselves, gradients, two moments, and those being written
EVERY = 0.25  # seconds between two reports


class FineTuner:
    """A checkpoint and the texts of a task (of pairs also `others`); `folder` keeps its work and is its alone."""

    def __init__(
        self,
        recipe: EncoderRecipe,
        texts: Sequence[str],
        others: Sequence[str] | None = None,
        *,
        settings: FineTuning,
        folder: Path,
    ) -> None:
        self.recipe = replace(recipe, max_length=min(recipe.max_length, settings.max_length), dtype="float32")
        self.texts, self.others, self.settings, self.folder = texts, others, settings, folder
        family = family_called(recipe.family)
        card = family.describe(self.recipe)
        encoder = family.load(self.recipe)
        if not isinstance(encoder, TextEncoder):
            raise BadInput(f"family {recipe.family!r} cannot be fine-tuned; give a transformer that reads texts.")
        needed = COPIES * BYTES * max(card.parameters or 0, card.asked)
        if needed > machine_memory():
            raise BadInput(
                f"fine-tuning model {recipe.model!r} takes about {needed / 1e9:,.0f} GB of memory and this machine has"
                f" {machine_memory() / 1e9:,.0f} GB; leave 'finetune' out, or take a larger machine."
            )
        self.encoder, self.identity = encoder, dict(card.identity)

    @cached_property
    def tokens(self) -> Any:
        """Tokens of every text, or pair."""
        return self.encoder.tokens(self.texts, self.others)

    @cached_property
    def lengths(self) -> npt.NDArray[np.int64]:
        """How many tokens each has."""
        return np.array([len(one) for one in self.tokens.numbers], dtype=np.int64)

    def steps(self, parts: Parts) -> int:
        """Steps of a training that never stops early."""
        return self.settings.epochs * -(-len(parts.train) // self.settings.batch)

    def run(self, targets: Targets, parts: Parts, *, seed: int, report: Report) -> Tuned:
        """Train from this seed and answer; what was trained before is found, what was begun goes on.

        Raises Diverged where the loss is no number any more.
        """
        folder = self.folder / f"seed-{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        made_of = self._made_of(targets, parts, seed)
        if read_said(folder / ANSWERS).get("made_of") != made_of:
            with _repeatable(self.encoder.device):
                Training(self, targets, parts, seed, folder, made_of, report).finish()
            forget_state(folder)
        said = read_said(folder / ANSWERS)
        reached = Reached.from_json(said["reached"])
        outputs: npt.NDArray[np.float32] = read_named(folder / ANSWERS)["outputs"].numpy()
        dev = next(
            (point.dev for point in reached.curve if point.epoch == reached.best and point.dev is not None), None
        )
        return Tuned(outputs, reached.curve, reached.best, dev)

    def _made_of(self, targets: Targets, parts: Parts, seed: int) -> str:
        """Everything that is asked for; what is trained is found by it, on whatever machine that was."""
        pairs = [] if self.others is None else self.others
        rows = [part.astype(np.int64).tobytes().hex() for part in (parts.train, parts.dev, parts.test)]
        values = np.asarray(targets.values).tobytes().hex()
        said = [self.identity, asdict(self.settings), seed, targets.kind, targets.outputs, rows, values]
        return sha256_of_text(repr([*said, list(self.texts), list(pairs)]))


class Training:
    """One seed's training."""

    def __init__(
        self, tuner: FineTuner, targets: Targets, parts: Parts, seed: int, folder: Path, made_of: str, report: Report
    ) -> None:
        import torch

        self.tuner, self.settings, self.encoder = tuner, tuner.settings, tuner.encoder
        self.targets, self.parts, self.seed = targets, parts, seed
        self.folder, self.made_of, self.report = folder, made_of, report
        self.made_by = f"{made_of} {self.encoder.device} {torch.get_num_threads()} {library_versions()}"
        report(0, tuner.steps(parts), f"seed {seed}: reading the checkpoint")
        self.network = network_of(self.encoder, targets.outputs, dropout=self.settings.dropout, seed=seed)
        groups = weight_groups(self.network, self.settings.decay)
        self.optimizer = torch.optim.AdamW(groups, lr=self.settings.lr, fused=True)
        self.values = _values(targets, parts).to(self.encoder.device)
        self.steps, self.told = tuner.steps(parts), 0.0

    def finish(self) -> None:
        """Train to the end, then answer by the best epoch."""
        reached = read_state(self.folder, self.network, self.optimizer, self.made_by)
        start, first = time.monotonic(), reached.step
        while reached.epoch < self.settings.epochs and not self._enough(reached):
            reached = self.epoch(reached, lambda step: self._left(start, step - first, step))
            write_state(self.folder, self.network, self.optimizer, reached, self.made_by)
        put_weights(self.network, read_named(best_path(self.folder, reached.best)))
        self.report(self.steps, self.steps, f"seed {self.seed}: asking the test samples")
        outputs = self.ask(self.parts.test)
        write_tensors(
            self.folder / ANSWERS, {"outputs": outputs}, {"made_of": self.made_of, "reached": reached.to_json()}
        )

    def ask(self, rows: Rows) -> "torch.Tensor":
        """What the network says of these rows now, (m, outputs) float32 on the CPU."""
        import torch

        self.network.eval()
        found = torch.empty((len(rows), self.targets.outputs))
        with torch.inference_mode(), self._precision():
            for places in by_length(self.tuner.lengths[rows], 2 * self.settings.batch):
                found[places] = self._outputs(rows[places]).cpu()
        return found

    def step(self, rows: Rows, number: int) -> float:
        """One step of training on a batch; its loss."""
        import torch

        lr = self.settings.lr * rate(number, self.steps, self.settings.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.zero_grad(set_to_none=True)
        with self._precision():
            outputs = self._outputs(rows)
        loss = loss_of(self.targets.kind, outputs, self.values[torch.from_numpy(rows).to(self.values.device)])
        loss.backward()  # type: ignore[no-untyped-call]
        length = torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip)
        value = float(loss.detach())
        if not np.isfinite(value) or not np.isfinite(float(length)):
            what = "loss" if not np.isfinite(value) else "gradient"
            raise Diverged(
                f"Training with seed {self.seed} broke down: at step {number + 1} of {self.steps}, learning rate"
                f" {lr:.2g}, the {what} was not a finite number; give a smaller lr in [finetuning], or more warmup."
            )
        self.optimizer.step()
        return value

    def epoch(self, reached: Reached, left: Callable[[int], str] = lambda step: "") -> Reached:
        """Train one epoch and judge it; `left` says after each step how long the rest will take."""
        epoch, step = reached.epoch + 1, reached.step
        batches = epoch_batches(self.tuner.lengths[self.parts.train], self.settings.batch, seed=self.seed, epoch=epoch)
        curve, losses = list(reached.curve), []
        each = max(1, len(batches) // POINTS)
        self.network.train()
        with seeded(int(np.random.SeedSequence([self.seed, epoch, 67]).generate_state(1)[0])):  # of dropout
            for number, places in enumerate(batches, 1):
                losses.append(self.step(self.parts.train[places], step))
                step += 1
                now = time.monotonic()
                if now - self.told >= EVERY:
                    self.told = now
                    self.report(step, self.steps, self._words(reached, epoch, losses[-1]) + left(step))
                if number % each == 0 and number < len(batches):
                    curve.append(Point(self.seed, epoch, step, float(np.mean(losses))))
                    losses = []
        dev = dev_loss = None
        judged = (0.0, float(epoch))  # without a dev part the last epoch is the best
        if len(self.parts.dev):
            dev, dev_loss = self._judge()
            judged = (dev if dev is not None else float("-inf"), -dev_loss)
        curve.append(Point(self.seed, epoch, step, float(np.mean(losses)), dev, dev_loss))
        if judged > reached.judged:
            return Reached(epoch, step, epoch, judged, tuple(curve))
        return replace(reached, epoch=epoch, step=step, curve=tuple(curve))

    def _judge(self) -> tuple[float | None, float]:
        """Score (where it is defined) and loss on the dev part."""
        import torch

        rows = self.parts.dev
        outputs = self.ask(rows)
        truth = self.values[torch.from_numpy(rows).to(self.values.device)].cpu()
        score = score_of(self.targets.kind, outputs.numpy(), truth.numpy())
        loss = float(loss_of(self.targets.kind, outputs, truth))
        if not np.isfinite(loss):
            raise Diverged(
                f"Training with seed {self.seed} broke down: after an epoch the loss on the dev part was not a finite"
                f" number; give a smaller lr in [finetuning] than {self.settings.lr:.2g}, or more warmup."
            )
        return (score if np.isfinite(score) else None), loss

    def _enough(self, reached: Reached) -> bool:
        patience = self.settings.patience if len(self.parts.dev) else 0
        return patience > 0 and reached.epoch - reached.best >= patience

    def _outputs(self, rows: Rows) -> "torch.Tensor":
        inputs = self.encoder.padded(self.tuner.tokens.of(rows))
        return outputs_of(self.network, inputs, self.encoder.settings.pooling)

    def _precision(self) -> AbstractContextManager[Any]:
        import torch

        if self.encoder.device == "cuda" and torch.cuda.is_bf16_supported():
            return torch.autocast("cuda", dtype=torch.bfloat16)
        return nullcontext()

    def _words(self, reached: Reached, epoch: int, loss: float) -> str:
        score = next((point.dev for point in reversed(reached.curve) if point.dev is not None), None)
        judged = "" if score is None else f", {SCORES[self.targets.kind]} on dev {score:.3f} after epoch {epoch - 1}"
        return f"seed {self.seed}, epoch {epoch} of at most {self.settings.epochs}, loss {loss:.3f}{judged}"

    def _left(self, start: float, done: int, step: int) -> str:
        seconds = (self.steps - step) * (time.monotonic() - start) / max(done, 1)
        return f"; at most {in_words(seconds)} left of this seed"


def _values(targets: Targets, parts: Parts) -> "torch.Tensor":
    """Targets as the loss reads them; numbers less the mean of the training rows, over their deviation."""
    import torch

    if targets.kind == "classes":
        return torch.from_numpy(np.asarray(targets.values).astype(np.int64))
    values = np.asarray(targets.values).astype(np.float64)
    if targets.kind == "numbers":
        seen = values[parts.train]
        values = (values - seen.mean()) / max(float(seen.std()), 1e-12)
    return torch.from_numpy(values.astype(np.float32))


@contextmanager
def _repeatable(device: str) -> Iterator[None]:
    """On a GPU, sums in the same order each time, where torch has such a way."""
    if device == "cpu":
        yield
        return
    import torch

    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
