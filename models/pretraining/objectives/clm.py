"""Causal language modelling: the cross entropy of every token from those before it, in windows of running text."""

from models.pretraining.objective import Batch, Losses, Objective


def loss(batch: Batch) -> Losses:
    from torch.nn import functional

    inputs = batch.network.inputs(batch.tokens, batch.rows)
    ids = inputs["input_ids"]
    logits = batch.network.logits(batch.network.states(inputs)[:, :-1]).float().flatten(0, 1)
    truth = ids[:, 1:].flatten()
    right = float((logits.detach().argmax(dim=-1) == truth).float().mean())
    total = functional.cross_entropy(logits, truth)
    return Losses(total, float(total.detach()), right, tokens=truth.numel())


OBJECTIVE = Objective(
    name="clm", title="Causal language modelling", version=1, links=False, whole=True, causal=True, loss=loss
)
