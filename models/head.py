"""The softmax head of a language model: log p(i | x) = <v_i, h(x)> + b_i - log Z(x), over the rows that are live.

Not every row of a head is a word. Padding rows have no token (OPT has seven). Dead rows belong to tokens that training
never saw: each gets the same gradient at every step, so they end up side by side (cosine over .99), and with k large
the bulk would be theirs alone, whose log-sum-exp is linear in h for no good reason.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.errors import BadInput

Floats = npt.NDArray[np.float32]
SIDE_BY_SIDE = 0.99  # cosine from which rows count as one
FEWEST_DEAD = 3  # so many rows side by side, of tokens that never occur, are no accident
LOOKED_AT = 2000  # rows among which the middle of the dead ones is sought


@dataclass(frozen=True, eq=False)
class Head:
    """`vectors` (n, d) and `bias` (n,) of the live rows; `tokens` (n,): whose. A copy: a tied model stays as it is.

    `padding`, `dead`: how many rows were left out, and of which tokens the dead ones were.
    """

    vectors: Floats
    bias: Floats
    tokens: npt.NDArray[np.int64]
    padding: int = 0
    dead: tuple[int, ...] = ()
    biased: bool = False

    @property
    def n(self) -> int:
        """How many words there are."""
        return len(self.tokens)

    def rows_of(self, tokens: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """The row of each token, -1 for one that is not live."""
        wanted = np.asarray(tokens, np.int64)
        place = np.minimum(np.searchsorted(self.tokens, wanted), self.n - 1)
        return np.where(self.tokens[place] == wanted, place, -1)

    def without(self, dead: npt.NDArray[np.int64]) -> "Head":
        """The head without these rows, which are dead."""
        kept = np.ones(self.n, bool)
        kept[dead] = False
        if kept.sum() < 2:
            raise BadInput("fewer than two words of this model's vocabulary are live; give a trained model.")
        tokens = (*self.dead, *self.tokens[dead].tolist())
        vectors, bias = self.vectors[kept], self.bias[kept]
        return replace(self, vectors=vectors, bias=bias, tokens=self.tokens[kept], dead=tokens)

    def moved(self, shift: npt.NDArray[np.floating]) -> "Head":
        """The head with `shift` (d,) added to every row: no probability changes, every logit does."""
        return replace(self, vectors=(self.vectors + shift).astype(np.float32))


def dead_rows(head: Head, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rows of tokens that training never saw: all zero, or absent from a text and side by side with others that are.

    `counts`: how often each live row's token occurs in the text at hand, (n,). Seeks the row with the most others
    within a cosine of .99, among at most 2,000 of them, and takes those.
    """
    lengths = np.linalg.norm(head.vectors, axis=1)
    absent = np.flatnonzero((counts == 0) & (lengths > 0))
    zero = np.flatnonzero((lengths == 0) & (counts == 0))
    if len(absent) < FEWEST_DEAD:
        return zero
    unit = head.vectors[absent] / lengths[absent, None]
    some = unit[np.linspace(0, len(unit) - 1, min(len(unit), LOOKED_AT)).astype(np.int64)]
    near = np.zeros(len(some), np.int64)
    for begin in range(0, len(unit), LOOKED_AT):
        near += (some @ unit[begin : begin + LOOKED_AT].T > SIDE_BY_SIDE).sum(axis=1)
    found = absent[unit @ some[near.argmax()] > SIDE_BY_SIDE]
    return np.sort(np.concatenate([zero, found])) if len(found) >= FEWEST_DEAD else zero
