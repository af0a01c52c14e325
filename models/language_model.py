"""A language model as its last layer sees it: hidden states at the head's input, output embeddings, and nothing else.

Any causal or masked language model of transformers, and llama2.c's files. What the head reads is caught on its way in,
which ends the pass there, so whatever an architecture puts before its head (norms, projections, BERT's transform) is
in h, and the head itself is ours: a copy of its rows, so that nothing done to them touches tied inputs. That the
model's own logits are <v_i, h> + b_i is checked once; a model that caps or scales them is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from models.adapters import merge
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.head import Head
from models.initial_source import draw_from_source
from models.initialization import is_drawn, shuffle_weights
from models.llama2c import read_tokens, tokenizer_of
from models.llama2c_encoder import build_llama, found_llama2c, tokenizer_beside
from models.loading import drawn, pretrained
from models.lookup import fetch_weights, find_configured, find_model
from models.text_settings import read_settings
from models.tokens import load_tokenizer, word_tokens
from models.torch_encoder import device_name

if TYPE_CHECKING:
    import torch

Kind = Literal["causal_lm", "masked_lm"]
FAMILIES: tuple[Kind, ...] = ("causal_lm", "masked_lm")
PROBE = "The cat sat on the mat"
UNLIMITED = 1 << 20  # tokens, of a model whose positions are relative
AGREE = 1e-3  # of the largest logit: how far the head's own may be from ours


class _Reached(Exception):
    """The head's input is there: the rest of the pass is not needed."""

    def __init__(self, states: Any) -> None:
        super().__init__("the head was reached")
        self.states = states


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """`head`: all its rows that have a token. `prefix`, `suffix`: what its tokenizer puts around a text.

    `longest`: tokens that it reads at once. `mask`: the token that hides another, of a masked model.
    """

    name: str
    kind: Kind
    module: Any
    tokenizer: Any
    head: Head
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    longest: int
    mask: int | None

    @property
    def width(self) -> int:
        """Of the states at the head's input."""
        return int(self.head.vectors.shape[1])

    def states(self, ids: "torch.Tensor") -> "torch.Tensor":
        """The h at every token of windows of equal length, (windows, length, d) float32, on the model's device."""
        import torch

        with torch.inference_mode():
            found: torch.Tensor = _at_head(self.module, ids.to(self.module.device)).float()
        return found

    def token(self, number: int) -> str:
        """A token as readers see it."""
        return str(self.tokenizer.decode([int(number)]))

    def rows_of_words(self, words: Sequence[str]) -> tuple[int, ...]:
        """The head's rows of single-token words, as they stand within a text; BadInput for one of several tokens."""
        return tuple(self._row(word) for word in words)

    def _row(self, word: str) -> int:
        for number in word_tokens(self.tokenizer, word, self.name):
            if (row := int(self.head.rows_of(number))) >= 0:
                return row
        raise BadInput(f"{word!r} has no row in the head of model {self.name!r}; give another word.")


def open_language_model(recipe: EncoderRecipe) -> LanguageModel:
    """Read a language model into memory, in float32. BadInput for one without a softmax head that is log-linear."""
    import torch

    if recipe.family not in FAMILIES:
        raise BadInput(f"family {recipe.family!r} has no softmax head; set family to causal_lm or masked_lm.")
    kind: Kind = recipe.family
    own = found_llama2c(recipe) if kind == "causal_lm" else None
    tokenizer = open_tokenizer(recipe)
    if own is not None:
        module: Any = build_llama(recipe, *own)
        longest = own[1].context
    else:
        module, longest = _of_transformers(recipe, kind)
    module = module.to(device_name()).eval().requires_grad_(False)
    module.config.use_cache = False
    prefix, suffix = _around(tokenizer)
    if kind == "causal_lm":
        suffix = ()
        prefix = prefix or _start(module, tokenizer)
    mask = tokenizer.mask_token_id if kind == "masked_lm" else None
    if kind == "masked_lm" and mask is None:
        raise BadInput(f"the tokenizer of model {recipe.model!r} has no mask token; give a masked language model.")
    with torch.inference_mode():
        head = _head_of(module, len(tokenizer), recipe.model)
    return LanguageModel(recipe.model, kind, module, tokenizer, head, prefix, suffix, longest, mask)


def open_tokenizer(recipe: EncoderRecipe) -> Any:
    """The tokenizer of a language model, without its weights."""
    own = found_llama2c(recipe) if recipe.family == "causal_lm" else None
    if own is not None:
        return tokenizer_of(read_tokens(tokenizer_beside(recipe, own[0]), own[1].vocabulary), own[1].context)
    if recipe.tokenizer:
        return load_tokenizer(find_model(recipe.tokenizer, recipe.place, what="tokenizer").path)
    found = find_configured(recipe.model, recipe.place)
    return load_tokenizer(read_settings(found.path, replace(recipe, max_length=UNLIMITED)).folder)


def _of_transformers(recipe: EncoderRecipe, kind: Kind) -> tuple[Any, int]:
    from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

    found = find_configured(recipe.model, recipe.place)
    limited = read_settings(found.path, replace(recipe, max_length=UNLIMITED))
    auto = AutoModelForCausalLM if kind == "causal_lm" else AutoModelForMaskedLM
    if is_drawn(recipe):
        module: Any = drawn(auto, limited.folder, recipe.init_seed, recipe.model)
        draw_from_source(module.base_model, recipe)
    else:
        fetch_weights(found)
        module = pretrained(auto, limited.folder, optional=("pooler.",), name=recipe.model, weights=found.weights)
        for adapter in found.adapters:
            merge(module, adapter)
        if recipe.init == "shuffled":
            shuffle_weights(module, recipe.init_seed)
    return module, limited.max_length


def _around(tokenizer: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The tokens that a tokenizer puts before and after a text."""
    bare = tokenizer(PROBE, add_special_tokens=False)["input_ids"]
    whole = tokenizer(PROBE)["input_ids"]
    for begin in range(len(whole) - len(bare) + 1):
        if whole[begin : begin + len(bare)] == bare:
            return tuple(whole[:begin]), tuple(whole[begin + len(bare) :])
    return (), ()


def _start(module: Any, tokenizer: Any) -> tuple[int, ...]:
    """The token that a causal model's text begins with, where its tokenizer puts none; none where it has none."""
    for number in (tokenizer.bos_token_id, module.config.bos_token_id):
        if isinstance(number, int) and 0 <= number < module.config.vocab_size:
            return (number,)
    return ()


def _at_head(module: Any, ids: "torch.Tensor") -> "torch.Tensor":
    """What reaches the head, (windows, length, d)."""
    import torch

    def stop(_: Any, inputs: tuple[Any, ...]) -> None:
        raise _Reached(inputs[0])

    hook = module.get_output_embeddings().register_forward_pre_hook(stop)
    try:
        module(input_ids=ids, attention_mask=torch.ones_like(ids))
    except _Reached as reached:
        states: torch.Tensor = reached.states
        return states
    finally:
        hook.remove()
    raise AssertionError("the pass ended without reaching the head")


def _head_of(module: Any, tokens: int, name: str) -> Head:
    """The rows of the head that have a token, and the check that it is log-linear."""
    import torch

    layer = module.get_output_embeddings()
    if layer is None or getattr(layer, "weight", None) is None or layer.weight.dim() != 2:
        raise BadInput(f"model {name!r} has no softmax head over its words; give one that has.")
    weight = layer.weight.float()
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(min(tokens, len(weight)), (2, 8), generator=generator).to(weight.device)
    own = module(input_ids=ids, attention_mask=torch.ones_like(ids)).logits.float()
    apart = own - _at_head(module, ids).float() @ weight.T
    bias = apart.mean(dim=(0, 1))  # of the layer, or added after it
    if not torch.isfinite(apart).all() or (apart - bias).abs().max() > AGREE * max(1.0, float(own.abs().max())):
        raise BadInput(
            f"the logits of model {name!r} are not linear in its last states (it caps or scales them), so it has no"
            " log-linear head; give another model."
        )
    given = getattr(layer, "bias", None)
    biased = bool(bias.abs().max() > 10 * AGREE) or given is not None
    exact = given.float() if given is not None else bias if biased else torch.zeros_like(bias)
    live = min(tokens, len(weight))
    vectors, offsets = weight[:live].cpu().numpy().copy(), exact[:live].cpu().numpy().copy()
    rows: npt.NDArray[np.int64] = np.arange(live)
    return Head(vectors, offsets, rows, padding=len(weight) - live, biased=biased)
