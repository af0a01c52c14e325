"""A transformer that reads texts: tokens in, states of every layer pooled to one vector each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.adapters import merge
from models.checkpoints import read_tensors, weight_files
from models.encoder import EncoderRecipe, Items
from models.errors import BadInput, Failed
from models.initial_source import draw_from_source
from models.initialization import is_drawn, reads_own_weights, seeded, shuffle_weights
from models.loading import drawn, load_state, pretrained
from models.lookup import Found, fetch_weights
from models.pooling import pool
from models.text_settings import Dense, TextSettings
from models.tokens import count_tokens, load_tokenizer
from models.torch_encoder import TorchEncoder

if TYPE_CHECKING:
    import torch
    from torch import nn

OPTIONAL = ("pooler.", "contact_head.", "lm_head.")  # weights beside the states of the tokens
ACTIVATIONS = ("Identity", "Tanh", "ReLU", "GELU", "Sigmoid", "SiLU")


@dataclass(frozen=True, eq=False)
class Tokens:
    """Token numbers of each text or pair; `kinds`: for each token which of two texts it is of, where that is told."""

    numbers: Sequence[Sequence[int]]
    kinds: Sequence[Sequence[int]] | None = None

    def of(self, rows: npt.NDArray[np.int64]) -> "Tokens":
        """Those of some rows."""
        kinds = None if self.kinds is None else [self.kinds[row] for row in rows]
        return Tokens([self.numbers[row] for row in rows], kinds)


class TextEncoder(TorchEncoder):
    """A checkpoint with its tokenizer. Decoder-only models read left to right; encoder-decoders give the encoder."""

    half_on_cpu = 5e6  # six layers of width 256

    def __init__(self, recipe: EncoderRecipe, settings: TextSettings, found: Found, tokenizer: Path) -> None:
        super().__init__(recipe, settings.work)
        self.settings, self.found, self.tokenizer_folder = settings, found, tokenizer

    @cached_property
    def tokenizer(self) -> Any:
        """The tokenizer, as transformers builds it."""
        return load_tokenizer(self.tokenizer_folder)

    def cost(self, items: Items) -> npt.NDArray[np.int64]:
        """Tokens of each text."""
        return count_tokens(self.tokenizer_folder, [self.read(text) for text in items], self.settings.max_length)

    def forward(self, items: Items, layers: Sequence[int]) -> "list[torch.Tensor]":
        """Pool the asked layers of one padded batch."""
        from torch.nn.functional import normalize

        inputs = self.padded(self.tokens(items))
        last = self.settings.layers - 1
        outputs = self.module[0](**inputs, output_hidden_states=any(layer != last for layer in layers))
        states = outputs.hidden_states
        if states is not None and len(states) != last + 1:
            raise Failed(f"model {self.recipe.model!r} gave {len(states)} layers of states instead of {last + 1}.")
        vectors = []
        for layer in layers:
            of_layer = outputs.last_hidden_state if layer == last else states[layer]
            pooled = pool(of_layer, inputs["attention_mask"], self.settings.pooling)
            if layer == last:
                pooled = self.module[1](pooled.to(of_layer.dtype)).float()
            vectors.append(normalize(pooled, dim=-1) if self.settings.normalize else pooled)
        return vectors

    def prepare(self) -> None:
        """Download the weights, where they are still on the hub."""
        if reads_own_weights(self.recipe):
            fetch_weights(self.found)

    def build(self) -> "nn.Module":
        """The transformer, and what sentence-transformers puts after the pooling."""
        from torch import nn

        recipe, config, folder = self.recipe, self.settings.config, self.settings.folder
        if is_drawn(recipe):
            with seeded(recipe.init_seed):
                dense = [_dense(part) for part in self.settings.dense]
            transformer: Any = drawn(auto_class(config), folder, recipe.init_seed, recipe.model)
            draw_from_source(transformer, recipe)
        else:
            self.prepare()
            dense = [_dense(part) for part in self.settings.dense]
            for module, part in zip(dense, self.settings.dense, strict=True):
                tensors = read_tensors(weight_files(part.folder)[0])
                named = {key.removeprefix("linear."): value for key, value in tensors.items()}
                load_state(module[0], named, f"the Dense module of model {recipe.model!r}")
            optional = (*OPTIONAL, "decoder.") if config.get("is_encoder_decoder") else OPTIONAL
            weights = self.found.weights
            transformer = pretrained(auto_class(config), folder, optional=optional, name=recipe.model, weights=weights)
            for adapter in self.found.adapters:
                merge(transformer, adapter)
        if config.get("is_encoder_decoder") and hasattr(transformer, "get_encoder"):
            transformer = transformer.get_encoder()  # a Protocol of every such model
        transformer.config.use_cache = False
        both = nn.ModuleList([transformer, nn.Sequential(*dense)])
        if recipe.init == "shuffled" and not is_drawn(recipe):
            shuffle_weights(both, recipe.init_seed)
        return both

    def read(self, text: str) -> str:
        """A text as the tokenizer gets it."""
        text = self.settings.prefix + text
        return text.lower() if self.settings.lowercase else text

    def tokens(self, items: Items, others: Items | None = None) -> Tokens:
        """Tokens of texts, or of pairs of a text and another, cut to the longest that the checkpoint reads."""
        texts = [[self.read(text) for text in side] for side in (items, others) if side is not None]
        read = self.tokenizer(
            *texts,
            truncation=True,
            max_length=self.settings.max_length,
            padding=False,
            return_attention_mask=False,
        )
        for text, numbers in zip(items, read["input_ids"], strict=True):
            if not numbers:
                raise BadInput(f"the text {text[:40]!r} has no tokens for model {self.recipe.model!r}; leave it out.")
        return Tokens(read["input_ids"], read.get("token_type_ids"))

    def padded(self, tokens: Tokens) -> "dict[str, torch.Tensor]":
        """A batch padded on the right, whatever side the tokenizer prefers: positions count from the left."""
        import torch

        lists, kinds = tokens.numbers, tokens.kinds
        longest = max(map(len, lists))
        inputs = {
            "input_ids": torch.full((len(lists), longest), self._padding(), dtype=torch.long),
            "attention_mask": torch.zeros((len(lists), longest), dtype=torch.long),
        }
        if kinds is not None and any(map(any, kinds)):
            inputs["token_type_ids"] = torch.zeros((len(lists), longest), dtype=torch.long)
        for row, numbers in enumerate(lists):
            inputs["input_ids"][row, : len(numbers)] = torch.tensor(numbers)
            inputs["attention_mask"][row, : len(numbers)] = 1
            if kinds is not None and "token_type_ids" in inputs:
                inputs["token_type_ids"][row, : len(numbers)] = torch.tensor(kinds[row])
        return {name: tensor.to(self.device) for name, tensor in inputs.items()}

    def _padding(self) -> int:
        """The padding token's number; masked in any case, so any number does where there is none."""
        for number in (self.tokenizer.pad_token_id, self.settings.config.get("pad_token_id")):
            if isinstance(number, int) and 0 <= number < (self.settings.config.get("vocab_size") or number + 1):
                return number
        return 0


def auto_class(config: dict[str, Any]) -> Any:
    """The class of transformers that builds it: of an encoder-decoder the encoder alone, where there is such."""
    from transformers import AutoModel, AutoModelForTextEncoding
    from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES

    alone = config.get("is_encoder_decoder") and config.get("model_type") in MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES
    return AutoModelForTextEncoding if alone else AutoModel


def _dense(part: Dense) -> "nn.Sequential":
    from torch import nn

    if part.activation not in ACTIVATIONS:
        raise BadInput(
            f"the Dense module in {part.folder} uses {part.activation!r}; supported are {', '.join(ACTIVATIONS)}."
        )
    return nn.Sequential(nn.Linear(part.inputs, part.outputs, bias=part.bias), getattr(nn, part.activation)())
