"""The network that is pre-trained: a checkpoint's transformer with its language-model head, or a head drawn anew.

The head's output embeddings are the transformer's own input embeddings, tied. What it reads and how it pools is the
checkpoint's business (`TextEncoder`), so that the vectors trained are those that are embedded afterwards.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.checkpoints import read_tensors, weight_files
from models.embedding_job import family_called
from models.encoder import EncoderRecipe, Items, Pooling
from models.errors import BadInput
from models.initialization import seeded
from models.lookup import Found
from models.pooling import pool
from models.pretraining.lora import PART, add_lora, save_lora
from models.quiet import quietly
from models.text_encoder import TextEncoder, Tokens
from models.tokens import CHUNK, TOKENIZER_FILES

if TYPE_CHECKING:
    import torch

SEVERAL = ("electra", "modernbert")  # whose head is more than one module, one after the other
LENGTHS = "sentence_bert_config.json"


class Network:
    """A transformer that tells tokens, hidden ones or those that come next; `fresh`: its head was drawn anew.

    `mask`: the number that hides a token; -1 for a causal model, which hides none.
    """

    def __init__(
        self, recipe: EncoderRecipe, *, pooling: Pooling, seed: int, lora: int = 0, causal: bool = False
    ) -> None:
        encoder = family_called(recipe.family).load(recipe)
        if not isinstance(encoder, TextEncoder):
            raise BadInput(
                f"family {recipe.family!r} cannot be pre-trained; start from a transformer that reads texts."
            )
        self.recipe, self.encoder, self.pooling = recipe, encoder, pooling
        if encoder.settings.dense:
            raise BadInput(
                f"model {recipe.model!r} has layers after its pooling, which pre-training cannot take along."
            )
        self.causal = causal
        if causal:
            if encoder.tokenizer.eos_token_id is None:
                raise BadInput(f"the tokenizer of model {recipe.model!r} has no end of text to begin windows with.")
        elif encoder.tokenizer.mask_token_id is None:
            raise BadInput(
                f"the tokenizer of model {recipe.model!r} has no mask, so masked LM cannot train it; set objective to"
                " 'clm' for a causal model."
            )
        self.mask: int = -1 if causal else encoder.tokenizer.mask_token_id
        self.model, self.fresh = _with_head(encoder, seed, causal=causal)
        self.model.to(encoder.device)
        base = set(self.model.base_model.parameters())
        self.head = [one for one in self.model.parameters() if one not in base]
        self._modules = _head_modules(self.model, recipe.model)
        self._lora = add_lora(self.model.base_model, lora, seed=seed, name=recipe.model) if lora else None

    def trained(self, *, head: bool) -> "list[torch.nn.Parameter]":
        """The weights that a step changes: with `head`, those of the head alone; of LoRA, its own and a new head."""
        if head:
            return self.head
        every = list(self.model.named_parameters())
        if self._lora is None:
            return [one for _, one in every]
        new = {id(one) for one in self.head} if self.fresh else set()
        return [one for name, one in every if PART in name or id(one) in new]

    def tokens(self, texts: Items, *, whole: bool) -> Tokens:
        """Tokens of the beginning of each text; with `whole`, of all of it in as many pieces as that takes.

        A causal model's are full windows of one text after another, each begun by the end of a text.
        """
        if self.causal:
            return Tokens(self._windows(texts))  # type: ignore[arg-type]  # rows of an array, which are shorter lists
        if not whole:
            return self.encoder.tokens(texts)
        pieces: list[list[int]] = []
        for start in range(0, len(texts), CHUNK):
            read = self.encoder.tokenizer(
                [self.encoder.read(text) for text in texts[start : start + CHUNK]],
                truncation=True,
                max_length=self.encoder.settings.max_length,
                return_overflowing_tokens=True,
                return_attention_mask=False,
                return_token_type_ids=False,
            )
            pieces += read["input_ids"]
        return Tokens(pieces)

    def _windows(self, texts: Items) -> list[npt.NDArray[np.int32]]:
        tokenizer, length = self.encoder.tokenizer, self.encoder.settings.max_length
        running: list[npt.NDArray[np.int32]] = []
        for start in range(0, len(texts), CHUNK):
            piece = [self.encoder.read(text) for text in texts[start : start + CHUNK]]
            read = tokenizer(piece, add_special_tokens=False, return_attention_mask=False)["input_ids"]
            running += [np.array([*numbers, tokenizer.eos_token_id], np.int32) for numbers in read]
        flat = np.concatenate(running) if running else np.empty(0, np.int32)
        if len(flat) < length - 1:
            raise BadInput(f"the texts have {len(flat)} tokens, fewer than one window of {length}; give more text.")
        rows = flat[: len(flat) // (length - 1) * (length - 1)].reshape(-1, length - 1)
        return list(np.pad(rows, ((0, 0), (1, 0)), constant_values=tokenizer.eos_token_id))

    def inputs(self, tokens: Tokens, rows: npt.NDArray[np.int64]) -> "dict[str, torch.Tensor]":
        """A padded batch of these samples."""
        return self.encoder.padded(tokens.of(rows))

    def open(self, inputs: "dict[str, torch.Tensor]") -> "torch.Tensor":
        """Which places of a batch may be hidden: neither padding nor the tokenizer's own tokens."""
        import torch

        own = torch.tensor(self.encoder.tokenizer.all_special_ids, device=inputs["input_ids"].device)
        return inputs["attention_mask"].bool() & ~torch.isin(inputs["input_ids"], own)

    def states(self, inputs: "dict[str, torch.Tensor]") -> "torch.Tensor":
        """States of the last layer, (n, tokens, width)."""
        found: torch.Tensor = self.model.base_model(**inputs).last_hidden_state
        return found

    def pooled(self, states: "torch.Tensor", inputs: "dict[str, torch.Tensor]") -> "torch.Tensor":
        """One vector a text, as the checkpoint pools, not brought to length one."""
        return pool(states, inputs["attention_mask"], self.pooling)

    def logits(self, states: "torch.Tensor") -> "torch.Tensor":
        """What the head says of states, (m, vocabulary)."""
        for module in self._modules:
            states = module(states)
        return states

    def save(self, folder: Path) -> None:
        """Write weights (safetensors), settings and tokenizer as a checkpoint's folder; of LoRA, its parts alone."""
        if self._lora is not None:
            save_lora(self.model.base_model, self._lora, folder, base=_base(self.recipe.model, self.encoder.found))
            return
        with quietly():
            self.model.save_pretrained(str(folder))
        for name in TOKENIZER_FILES:
            if (self.encoder.tokenizer_folder / name).is_file():
                shutil.copyfile(self.encoder.tokenizer_folder / name, folder / name)
        if self.encoder.settings.lowercase:
            (folder / LENGTHS).write_text('{"do_lower_case": true}', encoding="utf-8")


def _base(name: str, found: Found) -> str:
    """The model that LoRA belongs to, as any folder can name it."""
    if found.adapters:
        return str(found.adapters[-1].folder)
    return str(found.weights or found.path) if found.origin == "directory" else name


def _with_head(encoder: TextEncoder, seed: int, *, causal: bool) -> tuple[Any, bool]:
    """The language model of a checkpoint, and whether its head is drawn from the seed."""
    from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

    name, pair = encoder.recipe.model, encoder.build()
    transformer: Any = pair[0].float()  # type: ignore[index]
    try:
        with quietly(), seeded(seed):
            auto: Any = AutoModelForCausalLM if causal else AutoModelForMaskedLM
            model: Any = auto.from_config(transformer.config, attn_implementation="sdpa").float()
    except ValueError as error:
        form = "causal-LM" if causal else "masked-LM"
        raise BadInput(f"model {name!r} has no {form} form ({str(error)[:80]}); start from another.") from error
    lacking = model.base_model.load_state_dict(transformer.state_dict(), strict=False).missing_keys
    if lacking:
        raise BadInput(f"model {name!r} lacks {lacking[0]!r}, so it cannot be pre-trained; start from another.")
    base = {id(one) for one in model.base_model.parameters()}
    head = {key: one for key, one in model.named_parameters() if id(one) not in base}
    kept = {} if encoder.recipe.init != "pretrained" else _kept(encoder, set(head))
    fresh = set(kept) != set(head)
    if not fresh:
        model.load_state_dict(kept, strict=False)
    model.tie_weights()
    return model.requires_grad_(True), fresh


def _kept(encoder: TextEncoder, names: set[str]) -> "dict[str, torch.Tensor]":
    """The tensors of a head that a checkpoint's files hold, by the names that transformers gives them."""
    files = weight_files(encoder.settings.folder) if encoder.found.weights is None else (encoder.found.weights,)
    found: dict[str, torch.Tensor] = {}
    for file in files:
        found |= {name: tensor for name, tensor in read_tensors(file).items() if name in names}
    return found


def _head_modules(model: Any, name: str) -> list[Any]:
    found = [
        module
        for key, module in model.named_children()
        if key != model.base_model_prefix and next(module.parameters(), None) is not None
    ]
    if len(found) != 1 and model.config.model_type not in SEVERAL:
        raise BadInput(f"the head of model {name!r} is of a kind not known here; start from another.")
    return found
