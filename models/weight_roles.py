"""What each tensor of a network is, told from its name: attention, MLP, norm, position table, embedding or head.

For any checkpoint of transformers; what no name tells is "other". A norm is of the block (attention or MLP) that it
stands before or, in BERT and its kin, after.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Role = Literal["query", "key", "value", "qkv", "out", "mlp", "other", "norm", "position", "embedding", "head"]
Place = Literal["", "attention", "mlp", "final"]
KERNELS: tuple[Role, ...] = ("query", "key", "value", "qkv", "out", "mlp", "other")

NORM = re.compile(r"norm|(?:^|\.)(?:ln|bn)_?\w{0,2}\.", re.IGNORECASE)
HEAD = re.compile(
    r"pooler|lm_head|classifier|contact_head|predictions|qa_outputs|seq_relationship|(?:^|\.)(?:linear|fc|head|score)\.",
)
POSITION = re.compile(
    r"relative_attention_bias|rel_pos|relative_position|position_embedding|(?:^|\.)wpe\.|embed_positions|pos_embed"
)
EMBEDDING = re.compile(r"embed|(?:^|\.)(?:shared|wte)\.|cls_token|mask_token")
ATTENTION = re.compile(r"attn|attention", re.IGNORECASE)
FUSED = re.compile(r"c_attn|qkv|in_proj|query_key_value", re.IGNORECASE)
MLP = re.compile(r"mlp|dense|fc_?\d|ffn|feed_forward|(?:^|\.)(?:wi|wo)(?:_\d)?\.|(?:^|\.)lin\d\.", re.IGNORECASE)
PARTS: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("query", re.compile(r"(?:^|\.)(?:q|query|q_proj|q_lin|query_proj)\.")),
    ("key", re.compile(r"(?:^|\.)(?:k|key|k_proj|k_lin|key_proj)\.")),
    ("value", re.compile(r"(?:^|\.)(?:v|value|v_proj|v_lin|value_proj)\.")),
)
BLOCK = re.compile(r"(?:^|\.)(?:blocks?|layers?|h|stages)(\d*)\.(\d+)\.")
OF_ATTENTION = re.compile(r"(?<!post_)(?:attn|attention)|ln_1|ln1|norm1|layernorm_before|input_layernorm|(?:^|\.)sa_")
OF_MLP = re.compile(
    r"post_attention|ln_2|ln2|norm2|layernorm_after|final_layer_norm|output\.LayerNorm|output_layer_norm"
)


@dataclass(frozen=True)
class Part:
    """A tensor's role; `place`, of a norm: which block's it is; `layer`: such as "encoder 3", "" outside of any."""

    role: Role
    place: Place
    layer: str
    bias: bool

    @property
    def label(self) -> str:
        """In a word or two."""
        said = {"norm": f"{self.place} norm".strip(), "position": "position table"}.get(self.role, self.role)
        return f"{said} bias" if self.bias else said


def parts_of(names: Iterable[str]) -> dict[str, Part]:
    """What each of these tensors is. All of a network's names at once: some are told by their neighbours.

    >>> parts = parts_of(["h.0.attn.c_proj.weight", "h.0.ln_2.bias", "wte.weight", "ln_f.weight"])
    >>> [part.label for part in parts.values()]
    ['out', 'mlp norm bias', 'embedding', 'final norm']
    """
    known = list(names)
    attentive = {parent(name, 3) for name in known if ATTENTION.search(name) and not NORM.search(name)}
    anywhere = bool(attentive)
    return {name: _part(name, attentive, anywhere) for name in known}


def parent(name: str, up: int) -> str:
    """A name without its last parts.

    >>> parent("encoder.block.0.layer.0.layer_norm.weight", 2)
    'encoder.block.0.layer.0'
    """
    return ".".join(name.split(".")[:-up])


def _part(name: str, attentive: set[str], anywhere: bool) -> Part:
    found = BLOCK.search(name)
    stack = (
        "decoder " if name.startswith("decoder.") or ".decoder." in name else "encoder " if "encoder" in name else ""
    )
    layer = f"{stack}{found.group(1) + '.' if found.group(1) else ''}{found.group(2)}" if found else ""
    role, bias = _role(name), name.endswith(".bias")
    if role != "norm":
        return Part(role, "", layer, bias)
    place: Place = "final" if not layer else "" if not anywhere else _place(name, attentive)
    return Part("norm", place, layer, bias)


def _role(name: str) -> Role:
    for role, told in (("norm", NORM), ("head", HEAD), ("position", POSITION), ("embedding", EMBEDDING)):
        if told.search(name):
            return role  # type: ignore[return-value]
    if ATTENTION.search(name):
        named: Role | None = next((role for role, told in PARTS if told.search(name)), None)
        return named or ("qkv" if FUSED.search(name) else "out")
    return "mlp" if MLP.search(name) else "other"


def _place(name: str, attentive: set[str]) -> Place:
    if OF_ATTENTION.search(name):
        return "attention"
    if OF_MLP.search(name):
        return "mlp"
    return "attention" if parent(name, 2) in attentive else "mlp"  # T5's norms are told by what they stand beside
