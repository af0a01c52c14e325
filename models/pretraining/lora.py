"""Training a low-rank part of each layer instead of all weights (LoRA, Hu et al., 2022), through peft.

The transformer stays as it is; beside its attention's queries and values (peft's choice for the architecture) a product
of rank r is learnt, which begins as zero. What is kept is that product alone, in peft's own files.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.adapters import CONFIG, PREFIX, WEIGHTS
from models.errors import BadInput
from models.initialization import seeded
from models.quiet import quietly

if TYPE_CHECKING:
    from torch import nn

ALPHA = 2  # times the rank: what the product is multiplied by, times the rank
PART = "lora_"  # in the names of what is trained


def add_lora(transformer: "nn.Module", rank: int, *, seed: int, name: str) -> Any:
    """Put low-rank parts into a transformer and freeze the rest of it; peft's settings of them."""
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError:
        raise BadInput("`lora` of [[pretraining]] needs the package peft; install it, or leave `lora` out.") from None
    config = LoraConfig(r=rank, lora_alpha=ALPHA * rank, lora_dropout=0.0, bias="none")
    try:
        with quietly(), seeded(seed):
            inject_adapter_in_model(config, transformer)
    except ValueError as error:
        raise BadInput(f"model {name!r} takes no low-rank parts ({str(error)[:120]}); leave `lora` out.") from error
    return config


def save_lora(transformer: "nn.Module", config: Any, folder: Path, *, base: str) -> None:
    """Write the low-rank parts into a folder as peft does, with the model they belong to."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    parts = {
        PREFIX + key.replace(".default.", "."): one.detach().cpu().contiguous()
        for key, one in transformer.named_parameters()
        if PART in key
    }
    save_file(parts, folder / WEIGHTS, {"format": "pt"})
    said = config.to_dict() | {"base_model_name_or_path": base, "inference_mode": True}
    plain = {key: sorted(value) if isinstance(value, set) else value for key, value in said.items()}
    (folder / CONFIG).write_text(json.dumps(plain, indent=1, sort_keys=True, default=str), encoding="utf-8")
