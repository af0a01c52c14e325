"""Which tensors are drawn from which statistics: the groupings and modes of initialisation.

After Wu, Li and Liang (2022). A grouping deals tensors into groups; what is in none keeps its random initialisation.
Token embeddings and heads are always outside. Biases and the scales of norms are never in one group with weights; of
pooled groups the encoder's and the decoder's tensors are together.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite, prod

from models.errors import BadInput, nearest
from models.weight_roles import KERNELS, Part, parts_of

GroupOf = Callable[[str, Part], str]  # a tensor's group; "" for none
MODES = ("mean_sd", "scale", "shuffled", "constant", "gain")
NUMBERED = re.compile(r"(constant|gain)=(.+)")


def _kind(part: Part, name: str) -> str:
    """Of norms biases apart, of kernels too."""
    return f"{name} biases" if part.bias else name


def _whole(name: str, part: Part) -> str:
    if part.role == "position":
        return "position tables"
    return _kind(part, "norms" if part.role == "norm" else "kernels")


def _across(name: str, part: Part) -> str:
    if part.role == "norm":
        return _kind(part, f"{part.place or 'layer'} norms")
    return "position tables" if part.role == "position" else _kind(part, part.role)


def _per_layer(name: str, part: Part) -> str:
    if not part.layer or part.role == "position":
        return name
    return f"{part.layer} {_kind(part, 'norms' if part.role == 'norm' else 'kernels')}"


def _is_attention(part: Part) -> bool:
    return part.role in ("query", "key", "value", "qkv", "out")


KINDS: Mapping[str, Callable[[Part], bool]] = {
    "attention_norms": lambda part: part.role == "norm" and part.place == "attention",
    "mlp_norms": lambda part: part.role == "norm" and part.place == "mlp",
    "final_norms": lambda part: part.role == "norm" and part.place == "final",
    "attention": _is_attention,
    "mlp": lambda part: part.role == "mlp",
    "positions": lambda part: part.role == "position",
}
PARTIAL = ("attention_norms", "mlp_norms", "attention", "mlp")


def _only(kind: str) -> GroupOf:
    return lambda name, part: name if KINDS[kind](part) else ""


def _without(kind: str) -> GroupOf:
    return lambda name, part: "" if KINDS[kind](part) else name


GROUPINGS: Mapping[str, GroupOf] = {
    "per_parameter": lambda name, part: name,
    "per_layer": _per_layer,
    "across_layers": _across,
    "whole_model": _whole,
    **{kind: _only(kind) for kind in PARTIAL},
    **{f"without_{kind}": _without(kind) for kind in KINDS},
}


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """How weights are initialised: which are touched, and what is done to them.

    `mean_sd`: each drawn from N(mean, SD²) of its group in the source, norms too. `scale`: norms at the group's mean,
    all else from N(0, SD²). `shuffled`: the group's own values, shuffled. `constant`: the scales of norms at
    `value`. `gain`: all but norms times `value`, from the random initialisation; the last two need no source.
    """

    grouping: str = "per_parameter"
    mode: str = "mean_sd"
    value: float = 1.0

    @property
    def needs_source(self) -> bool:
        """Whether statistics of other weights are needed."""
        return self.mode not in ("constant", "gain")

    def touches(self, part: Part) -> bool:
        """Whether the mode does anything to such a tensor."""
        if self.mode == "constant":
            return part.role == "norm" and not part.bias
        return self.mode != "gain" or part.role != "norm"

    def __str__(self) -> str:
        value = "" if self.needs_source else f"={self.value:g}"
        return f"{self.grouping} {self.mode}{value}"


def scheme_of(grouping: str, mode: str) -> Scheme:
    """A scheme as a study writes it; empty words mean the usual ones. BadInput for what there is not.

    >>> print(scheme_of("attention_norms", "constant=0.4"))
    attention_norms constant=0.4
    """
    grouping = grouping or "per_parameter"
    if grouping not in GROUPINGS:
        raise BadInput(f"no grouping of weights {grouping!r}{nearest(grouping, GROUPINGS)}")
    numbered = NUMBERED.fullmatch(mode)
    if numbered is None:
        if mode in ("constant", "gain"):
            raise BadInput(f"mode {mode!r} needs a number; write for example '{mode}=0.4'.")
        if mode and mode not in MODES:
            raise BadInput(f"no mode of initialisation {mode!r}{nearest(mode, MODES)}")
        return Scheme(grouping=grouping, mode=mode or "mean_sd")
    try:
        value = float(numbered.group(2))
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise BadInput(f"mode {mode!r} needs a finite number after '='; write for example '{numbered.group(1)}=0.4'.")
    return Scheme(grouping=grouping, mode=numbered.group(1), value=value)


@dataclass(frozen=True)
class Tensor:
    """A tensor and what a scheme does to it: `group` "" where it is left as it is."""

    name: str
    part: Part
    group: str
    count: int


def touched(shapes: Mapping[str, tuple[int, ...]], scheme: Scheme) -> tuple[Tensor, ...]:
    """Every tensor of a network, by name, and its group: the preview of a scheme, from shapes alone.

    BadInput where the scheme touches none.
    """
    group_of, found = GROUPINGS[scheme.grouping], []
    for name, part in parts_of(sorted(shapes)).items():
        inside = part.role in (*KERNELS, "norm", "position") and scheme.touches(part)
        found.append(Tensor(name, part, group_of(name, part) if inside else "", prod(shapes[name])))
    if not any(one.group for one in found):
        raise BadInput(f"this network has no weights that {scheme} would touch; give another grouping or mode.")
    return tuple(found)
