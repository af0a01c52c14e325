"""Small Llamas in llama2.c's version-0 file: seven whole numbers, then float32 tensors, in an order of their own.

Header: width, inner width, blocks, heads, key-value heads, vocabulary (negative where the head is not tied), context.
Tensors: embeddings, then for all blocks attention norms, q, k, v, o, inner norms, w1, w2, w3; the final norm, the two
tables of rotary angles, and the head where it is not tied. llama2.c turns neighbouring pairs of a head's coordinates,
transformers turns the first half against the second, so the rows of q and k are permuted.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.errors import BadInput

if TYPE_CHECKING:
    import torch

HEADER = struct.Struct("<7i")
BOS, EOS, BYTES = 1, 2, 256  # tokens 3 to 258 are the single bytes
MOST_TOKENS = 1 << 20
FINAL_EPS = 1e-5  # of its RMS norms


@dataclass(frozen=True)
class Header:
    """What the first 28 bytes say."""

    width: int
    inner: int
    blocks: int
    heads: int
    shared_heads: int
    vocabulary: int
    context: int
    tied: bool

    def shapes(self) -> list[tuple[str, tuple[int, ...]]]:
        """Every tensor of the file, in its order."""
        w, i, b, half = self.width, self.inner, self.blocks, self.width // self.heads // 2
        narrow = self.shared_heads * 2 * half
        shapes: list[tuple[str, tuple[int, ...]]] = [("embed", (self.vocabulary, w)), ("norm1", (b, w))]
        shapes += [("q", (b, w, w)), ("k", (b, narrow, w)), ("v", (b, narrow, w)), ("o", (b, w, w)), ("norm2", (b, w))]
        shapes += [("w1", (b, i, w)), ("w2", (b, w, i)), ("w3", (b, i, w)), ("norm", (w,))]
        shapes += [("cos", (self.context, half)), ("sin", (self.context, half))]
        return shapes if self.tied else [*shapes, ("head", (self.vocabulary, w))]

    def config(self) -> dict[str, Any]:
        """The same in the words of transformers' configurations."""
        return {
            "model_type": "llama",
            "hidden_size": self.width,
            "intermediate_size": self.inner,
            "num_hidden_layers": self.blocks,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.shared_heads,
            "vocab_size": self.vocabulary,
            "max_position_embeddings": self.context,
            "rms_norm_eps": FINAL_EPS,
            "tie_word_embeddings": self.tied,
            "bos_token_id": BOS,
            "eos_token_id": EOS,
            "hidden_act": "silu",
            "attention_bias": False,
        }


def read_header(path: Path) -> Header | None:
    """The header of a llama2.c file; None where the file is not one, told by its numbers and its exact size."""
    if path.suffix != ".bin" or not path.is_file():
        return None
    with path.open("rb") as file:
        start = file.read(HEADER.size)
    if len(start) < HEADER.size:
        return None
    w, inner, blocks, heads, shared, vocabulary, context = HEADER.unpack(start)
    limits = (w, 1 << 16), (inner, 1 << 18), (blocks, 1000), (heads, 1000), (shared, 1000), (context, 1 << 20)
    if not all(0 < size <= most for size, most in limits) or not 0 < abs(vocabulary) <= MOST_TOKENS:
        return None
    if w % heads or (w // heads) % 2 or heads % shared:
        return None
    header = Header(w, inner, blocks, heads, shared, abs(vocabulary), context, vocabulary > 0)
    numbers = sum(int(np.prod(shape, dtype=np.int64)) for _, shape in header.shapes())
    return header if path.stat().st_size == HEADER.size + 4 * numbers else None


def read_weights(path: Path, header: Header) -> "dict[str, torch.Tensor]":
    """Its tensors under the names of transformers' LlamaForCausalLM."""
    import torch

    flat, at = np.fromfile(path, "<f4", offset=HEADER.size), 0
    read: dict[str, npt.NDArray[np.float32]] = {}
    for name, shape in header.shapes():
        size = int(np.prod(shape))
        read[name] = flat[at : at + size].reshape(shape)
        at += size
    named = {"model.embed_tokens.weight": read["embed"], "model.norm.weight": read["norm"]}
    named["lm_head.weight"] = read["embed"] if header.tied else read["head"]
    parts = {"norm1": "input_layernorm", "norm2": "post_attention_layernorm", "o": "self_attn.o_proj"}
    parts |= {"v": "self_attn.v_proj", "w1": "mlp.gate_proj", "w2": "mlp.down_proj", "w3": "mlp.up_proj"}
    for block in range(header.blocks):
        for name, full in parts.items():
            named[f"model.layers.{block}.{full}.weight"] = read[name][block]
        for name, heads in (("q", header.heads), ("k", header.shared_heads)):
            dealt = read[name][block].reshape(heads, -1, 2, header.width).swapaxes(1, 2).reshape(-1, header.width)
            named[f"model.layers.{block}.self_attn.{name}_proj.weight"] = dealt
    return {name: torch.from_numpy(np.array(array)) for name, array in named.items()}


def read_tokens(path: Path, vocabulary: int) -> list[tuple[bytes, float]]:
    """Bytes and score of every token of a llama2.c tokenizer."""
    data = path.read_bytes() if path.stat().st_size <= 64 * MOST_TOKENS else b""
    found: list[tuple[bytes, float]] = []
    at = 4  # after the length of the longest
    while at + 8 <= len(data) and len(found) <= vocabulary:
        score, length = struct.unpack_from("<fi", data, at)
        if length < 0 or at + 8 + length > len(data) or not np.isfinite(score):
            break
        found.append((data[at + 8 : at + 8 + length], score))
        at += 8 + length
    if at != len(data) or len(found) != vocabulary:
        raise BadInput(
            f"{path.name!r} is not the tokenizer of a model of {vocabulary} tokens; give the one that it was trained"
            " with as `tokenizer`."
        )
    return found


def tokenizer_of(tokens: list[tuple[bytes, float]], context: int) -> Any:
    """The same tokenizer for transformers: pieces joined by score, a space before the text, bytes for what is unknown.

    A join's rank is the score of what it makes, so each way to make a token of two others is a join of that rank.
    """
    from tokenizers import Tokenizer, decoders, normalizers, processors
    from tokenizers.models import BPE
    from transformers import PreTrainedTokenizerFast

    names = ["<unk>", "<s>", "</s>", *(text.decode("utf-8", "replace") for text, _ in tokens[3:])]
    known = {name: at for at, name in reversed(list(enumerate(names)))}
    joins = [
        (-tokens[at][1], at, name[:cut], name[cut:])
        for name, at in known.items()
        if at >= 3 + BYTES
        for cut in range(1, len(name))
        if known.get(name[:cut], 0) >= 3 + BYTES and known.get(name[cut:], 0) >= 3 + BYTES
    ]
    merges = [(left, right) for _, _, left, right in sorted(joins)]
    quick = Tokenizer(BPE(vocab=known, merges=merges, unk_token="<unk>", byte_fallback=True))
    quick.normalizer = normalizers.Prepend(" ")
    quick.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    quick.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", BOS)])
    return PreTrainedTokenizerFast(
        tokenizer_object=quick,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        model_max_length=context,
        split_special_tokens=True,  # a text may hold "<unk>" as WikiText does, and means those letters
    )
