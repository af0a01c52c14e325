"""Structure-inducing pre-training (McDermott et al., 2023): (1 - weight) masked LM + weight L_SI.

Of each sample one neighbour and one that is none are drawn and read whole; the sample itself is read once, with
tokens hidden, for both losses. Contrastive: sample against both. Multi-similarity: all three kinds among each other,
as the graph links them. Samples without a neighbour, or linked to all, have a masked-LM loss alone.
"""

import numpy as np

from models.pretraining.objective import Batch, Losses, Objective, masked_loss
from models.pretraining.structure import contrastive, multi_similarity


def loss(batch: Batch) -> Losses:
    import torch

    settings, links = batch.settings, batch.links
    masked, vectors, right, tokens = masked_loss(batch, batch.rows)
    able = np.flatnonzero(links.able[batch.rows])
    if settings.weight == 0 or not len(able):
        return Losses((1 - settings.weight) * masked, float(masked.detach()), right, tokens=tokens)
    rows = batch.rows[able]
    others = np.concatenate([links.partners(rows, batch.rng), links.strangers(rows, batch.rng)])
    inputs = batch.network.inputs(batch.tokens, others)
    read = batch.network.pooled(batch.network.states(inputs), inputs)
    own = vectors[torch.from_numpy(able).to(vectors.device)]
    if settings.loss == "contrastive":
        linked = torch.arange(len(others), device=own.device) < len(rows)
        found = contrastive(own.repeat(2, 1), read, linked, far=settings.margin, normalize=settings.normalize)
    else:
        every = np.concatenate([rows, others])
        pairs = [side.ravel() for side in np.meshgrid(every, every, indexing="ij")]
        linked = torch.from_numpy(links.linked(*pairs).reshape(len(every), -1)).to(own.device)
        found = multi_similarity(torch.cat([own, read]), linked)
    total = (1 - settings.weight) * masked + settings.weight * found
    tokens += int(inputs["attention_mask"].sum())
    return Losses(total, float(masked.detach()), right, float(found.detach()), tokens)


OBJECTIVE = Objective(
    name="structure", title="Structure-inducing pre-training", version=1, links=True, whole=False, loss=loss
)
