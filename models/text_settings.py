"""What a text checkpoint's files say about reading it: layers, width, pooling, normalisation, longest text.

Read from `config.json` and, where sentence-transformers wrote the folder, from `modules.json` and the files it
names; neither library is imported.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.checkpoints import read_json
from models.encoder import EncoderRecipe, Pooling
from models.errors import BadInput
from models.sizes import weights_asked_for

POOLINGS: Mapping[str, Pooling] = {
    "mean": "mean",
    "mean_tokens": "mean",
    "cls": "cls",
    "cls_token": "cls",
    "max": "max",
    "max_tokens": "max",
    "lasttoken": "last",
}
UNUSED = {"Dropout"}  # does nothing when a model is only read
LENGTH_FILES = ("sentence_bert_config.json", "sentence_roberta_config.json", "sentence_xlnet_config.json")
LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "encoder_layers", "num_layers")
WIDTHS = ("hidden_size", "n_embd", "d_model", "dim", "emb_dim")
INNER = ("intermediate_size", "n_inner", "encoder_ffn_dim", "d_ff", "ffn_dim", "hidden_dim")
POSITIONS = ("max_position_embeddings", "n_positions")
RELATIVE = {"t5", "mt5", "umt5", "byt5", "xlnet"}  # no longest text: positions are relative
OFFSET = {  # positions start after the padding token's number, so that many fewer fit
    "roberta",
    "xlm-roberta",
    "xlm-roberta-xl",
    "roberta-prelayernorm",
    "camembert",
    "mpnet",
    "esm",
    "longformer",
    "data2vec-text",
    "ibert",
    "xmod",
    "luke",
}


@dataclass(frozen=True, kw_only=True)
class Dense:
    """A layer of sentence-transformers after the pooling: activation(W v + b); it follows the last layer only."""

    folder: Path
    inputs: int
    outputs: int
    bias: bool
    activation: str


@dataclass(frozen=True, kw_only=True)
class TextSettings:
    """How a checkpoint's texts become vectors; `folder` holds its `config.json`, `config` is what it says."""

    folder: Path
    config: dict[str, Any]
    layers: int
    width: int
    pooling: Pooling
    normalize: bool
    max_length: int
    prefix: str
    lowercase: bool
    dense: tuple[Dense, ...]

    @property
    def weights(self) -> int:
        """How many weights these settings ask for, roughly."""
        width = number_in(self.config, *WIDTHS) or self.width
        inner = number_in(self.config, *INNER) or 4 * width
        nested = self.config.get("text_config")
        tables = {**nested, **self.config} if isinstance(nested, dict) else self.config
        blocks = number_in(self.config, "num_hidden_groups") or self.layers - 1  # ALBERT's layers share theirs
        return weights_asked_for(tables, layers=blocks, width=width, inner=inner)

    @property
    def work(self) -> float:
        """Floating-point operations per token: two per weight of the blocks, whose inner layers are 4 wide."""
        width = number_in(self.config, *WIDTHS) or self.width
        inner = number_in(self.config, *INNER) or 4 * width
        return 2.0 * (self.layers - 1) * (4 * width * width + 2 * width * inner)


def read_settings(root: Path, recipe: EncoderRecipe) -> TextSettings:
    """Read a checkpoint's folder, the recipe's wishes first; BadInput for one that is not to be read so."""
    if root.is_file():
        raise BadInput(f"model {recipe.model!r} is a file; give the folder that holds its config.json.")
    modules = list(_modules(root)) if (root / "modules.json").is_file() else []
    own = {kind: read_json(path / "config.json") for kind, path in modules if kind in ("Pooling", "Dense")}
    folder = next((path for kind, path in modules if kind == "Transformer"), root)
    if modules and modules[0][0] != "Transformer":
        raise BadInput(f"model {recipe.model!r} begins with a module {modules[0][0]!r}, not with a transformer.")
    if not (folder / "config.json").is_file():
        raise BadInput(f"model {recipe.model!r} has no config.json in {folder}; give a folder that has one.")
    if (folder / "adapter_config.json").is_file():
        raise BadInput(
            f"model {recipe.model!r} is an adapter without its adapter_model.safetensors, or with weights of its own;"
            " keep one of them."
        )
    config = read_json(folder / "config.json")
    lengths = [read_json(folder / name) for name in LENGTH_FILES if (folder / name).is_file()]
    dense = tuple(_dense(path) for kind, path in modules if kind == "Dense")
    width, layers = number_in(config, *WIDTHS), number_in(config, *LAYERS)
    if width is None or layers is None:
        raise BadInput(
            f"config.json of model {recipe.model!r} does not say how many layers it has and how wide they are;"
            " give the folder of a transformer for text."
        )
    return TextSettings(
        folder=folder,
        config=config,
        layers=layers + 1,
        width=dense[-1].outputs if dense else width,
        pooling=recipe.pooling or (_pooling(own["Pooling"], recipe) if "Pooling" in own else "mean"),
        normalize=any(kind == "Normalize" for kind, _ in modules) if recipe.normalize is None else recipe.normalize,
        max_length=_max_length(config, lengths, recipe),
        prefix=recipe.prefix or _default_prompt(root),
        lowercase=any(length.get("do_lower_case") is True for length in lengths),
        dense=dense,
    )


def number_in(config: dict[str, Any], *names: str) -> int | None:
    """The first of these settings that is a positive whole number, also within a nested text configuration."""
    nested = config.get("text_config")
    for part in (config, nested if isinstance(nested, dict) else {}):
        for name in names:
            if isinstance(part.get(name), int) and part[name] > 0:
                return int(part[name])
    return None


def _modules(root: Path) -> Iterator[tuple[str, Path]]:
    import json

    try:
        entries = json.loads((root / "modules.json").read_text(encoding="utf-8"))
        found = [(str(entry["type"]).rpartition(".")[2], str(entry["path"])) for entry in entries]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadInput(f"modules.json of checkpoint {root.name!r} is not what it should be; copy it anew.") from None
    for kind, name in found:
        if kind in UNUSED:
            continue
        if kind not in ("Transformer", "Pooling", "Normalize", "Dense"):
            raise BadInput(
                f"checkpoint {root.name!r} has a module {kind!r}, which is not supported; give one made of a"
                " Transformer, Pooling, Dense and Normalize."
            )
        path = root / name
        if not path.resolve().is_relative_to(root.resolve()):
            raise BadInput(f"modules.json of checkpoint {root.name!r} leads outside it, to {name!r}.")
        yield kind, path


def _pooling(config: dict[str, Any], recipe: EncoderRecipe) -> Pooling:
    named = config.get("pooling_mode")
    modes = [named] if isinstance(named, str) else list(named or ())
    if not modes:
        modes = [
            key.removeprefix("pooling_mode_") for key, on in config.items() if key.startswith("pooling_mode_") and on
        ]
    if len(modes) == 1 and modes[0] in POOLINGS:
        if recipe.prefix and config.get("include_prompt") is False:
            raise BadInput(f"model {recipe.model!r} pools without its prompt, which is not supported; set pooling.")
        return POOLINGS[modes[0]]
    raise BadInput(
        f"model {recipe.model!r} pools by {' and '.join(map(str, modes)) or 'nothing'}, which is not supported; set"
        " pooling to mean, cls, max or last."
    )


def _max_length(config: dict[str, Any], lengths: list[dict[str, Any]], recipe: EncoderRecipe) -> int:
    """The recipe's, cut to what the model was set to read and to the positions it has."""
    limits = [recipe.max_length]
    limits += [limit for length in lengths if (limit := number_in(length, "max_seq_length"))]
    kind = config.get("model_type")
    positions = number_in(config, *POSITIONS)
    if positions is not None and kind not in RELATIVE:
        offset = (config.get("pad_token_id") or 0) + 1 if kind in OFFSET else 0
        limits.append(positions - offset)
    return max(2, min(limits))


def _default_prompt(root: Path) -> str:
    """The text that sentence-transformers puts before every text unless told otherwise."""
    path = root / "config_sentence_transformers.json"
    config = read_json(path) if path.is_file() else {}
    return str((config.get("prompts") or {}).get(config.get("default_prompt_name"), ""))


def _dense(folder: Path) -> Dense:
    config = read_json(folder / "config.json")
    if config.get("use_residual") or config.get("module_input_name", "sentence_embedding") != "sentence_embedding":
        raise BadInput(f"the Dense module in {folder.name!r} of checkpoint {folder.parent.name!r} is not supported.")
    return Dense(
        folder=folder,
        inputs=int(config["in_features"]),
        outputs=int(config["out_features"]),
        bias=bool(config.get("bias", True)),
        activation=str(config.get("activation_function", "torch.nn.modules.activation.Tanh")).rpartition(".")[2],
    )
