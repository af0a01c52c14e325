"""Masked language modelling (Devlin et al., 2019): the cross entropy of hidden tokens, each always the mask."""

from models.pretraining.objective import Batch, Losses, Objective, masked_loss


def loss(batch: Batch) -> Losses:
    masked, _, right, tokens = masked_loss(batch, batch.rows)
    return Losses(masked, float(masked.detach()), right, tokens=tokens)


OBJECTIVE = Objective(name="mlm", title="Masked language modelling", version=1, links=False, whole=True, loss=loss)
