"""The network that is trained: a checkpoint's transformer, pooled as it is, its own layers after that, a linear head.

States are pooled as the checkpoint says (mean, first token …) and are not brought to length one: a head on unit
vectors would hardly move. Everything is trained.
"""

from typing import TYPE_CHECKING, Any

from models.encoder import Pooling
from models.initialization import seeded
from models.pooling import pool

if TYPE_CHECKING:
    import torch
    from torch import nn

    from models.text_encoder import TextEncoder

HEAD = 0.02  # standard deviation of the head's weights at the start


def network_of(encoder: "TextEncoder", outputs: int, *, dropout: float, seed: int) -> "nn.ModuleList":
    """Transformer, its own layers after pooling, dropout and head, in float32; the head is drawn from the seed."""
    from torch import nn

    parts: Any = encoder.build().float()
    transformer, dense = parts
    with seeded(seed):
        head = nn.Linear(encoder.settings.width, outputs)
        nn.init.normal_(head.weight, std=HEAD)
        nn.init.zeros_(head.bias)
    network = nn.ModuleList([transformer, dense, nn.Dropout(dropout), head])
    network.requires_grad_(True)
    return network.to(encoder.device)


def outputs_of(network: "nn.ModuleList", inputs: "dict[str, torch.Tensor]", pooling: Pooling) -> "torch.Tensor":
    """What the network says of a padded batch, (n, outputs) float32."""
    transformer, dense, dropout, head = network
    states = transformer(**inputs).last_hidden_state
    pooled = pool(states, inputs["attention_mask"], pooling)
    found: torch.Tensor = head(dropout(dense(pooled))).float()
    return found


def weight_groups(network: "nn.ModuleList", decay: float) -> "list[dict[str, object]]":
    """Parameters for AdamW, of those that are trained: matrices decay, biases and norms do not."""
    weights = [one for one in network.parameters() if one.requires_grad]
    return [
        {"params": [one for one in weights if one.ndim > 1], "weight_decay": decay},
        {"params": [one for one in weights if one.ndim < 2], "weight_decay": 0.0},
    ]
