"""How the inputs of the simpler tasks are drawn (Wu, Li and Liang, 2022).

`shortest` and `longest` are a and b below; tokens are drawn with replacement unless said. A composition of n into m
parts is multinomial(n - m, even) + 1.
"""

from itertools import islice

import numpy as np

from models.pretraining.synthetic.simple import SimpleSettings, Tokens

Pair = tuple[Tokens, Tokens]


def tokens(rng: np.random.Generator, n: int, settings: SimpleSettings) -> Tokens:
    """So many tokens, each alike."""
    return rng.integers(settings.first, settings.last + 1, size=n).tolist()  # type: ignore[no-any-return]


def between(rng: np.random.Generator, low: int, high: int) -> int:
    """A whole number, both ends included."""
    return int(rng.integers(low, high + 1))


def composition(rng: np.random.Generator, n: int, parts: int) -> Tokens:
    """So many positive parts of n."""
    return (rng.multinomial(n - parts, np.full(parts, 1 / parts)) + 1).tolist()  # type: ignore[no-any-return]


def random_tokens(rng: np.random.Generator, settings: SimpleSettings) -> Tokens:
    """From a to b of them."""
    return tokens(rng, between(rng, settings.shortest, settings.longest), settings)


def runs(rng: np.random.Generator, settings: SimpleSettings) -> Tokens:
    """From a to b tokens in runs: 1 to n of these, each of one token."""
    n = between(rng, settings.shortest, settings.longest)
    parts = between(rng, 1, n)
    kinds = tokens(rng, parts, settings)
    return [kind for kind, part in zip(kinds, composition(rng, n, parts), strict=True) for _ in range(part)]


def bag(rng: np.random.Generator, settings: SimpleSettings) -> Tokens:
    """Runs, shuffled."""
    return rng.permutation(runs(rng, settings)).tolist()  # type: ignore[no-any-return]


def words(rng: np.random.Generator, settings: SimpleSettings) -> Tokens:
    """1 to b/2 words with a divider between them, a to b tokens in all."""
    count = between(rng, 1, settings.longest // 2)
    letters = between(rng, max(settings.shortest - (count - 1), count), settings.longest - (count - 1))
    drawn, found = iter(tokens(rng, letters, settings)), []
    for length in composition(rng, letters, count):
        found += [*islice(drawn, length), settings.between_words]
    return found[:-1]


def counted(rng: np.random.Generator, settings: SimpleSettings) -> Pair:
    """A token 0 to n times among n, the others drawn from all; and that token."""
    n = between(rng, settings.shortest - 2, settings.longest - 2)
    (asked,) = tokens(rng, 1, settings)
    times = between(rng, 0, n)
    sequence = [asked] * times + tokens(rng, n - times, settings)
    return rng.permutation(sequence).tolist(), [asked]


def with_query(rng: np.random.Generator, settings: SimpleSettings) -> Pair:
    """A sequence that holds the query once or more, and is at least twice as long."""
    most = settings.longest - 1
    length = between(rng, 1, most // 3)
    n = between(rng, 2 * length, most - length)
    query = tokens(rng, length, settings)
    times = between(rng, 1, n // length)
    gaps = rng.multinomial(n - times * length, np.full(times + 1, 1 / (times + 1))).tolist()
    sequence = tokens(rng, gaps[0], settings)
    for gap in gaps[1:]:
        sequence += query + tokens(rng, gap, settings)
    return sequence, query


def without_query(rng: np.random.Generator, settings: SimpleSettings) -> Pair:
    """A sequence that does not hold the query, which in 1 % of cases is the longer one."""
    low, high = settings.shortest, settings.longest
    if rng.random() < 0.01:
        length = between(rng, min(low + 1, high), high)
        query = tokens(rng, length, settings)
        return tokens(rng, between(rng, 0, length - 1), settings), query
    n = between(rng, low, high)
    length = between(rng, low, n)
    while True:
        query, sequence = tokens(rng, length, settings), tokens(rng, n, settings)
        if place(query, sequence) < 0:
            return sequence, query


def searched(rng: np.random.Generator, settings: SimpleSettings) -> Pair:
    """The query is there in half of the cases."""
    return (with_query if rng.random() < 0.5 else without_query)(rng, settings)


def deleted(rng: np.random.Generator, settings: SimpleSettings) -> Pair:
    """The query is there in three quarters of the cases."""
    return (with_query if rng.random() < 0.75 else without_query)(rng, settings)


def ordered(rng: np.random.Generator, settings: SimpleSettings) -> Pair:
    """An order of a/2 to (b - 1)/2 tokens, and a bag of runs of tokens from it, at least as long."""
    most = settings.longest - 1
    length = between(rng, settings.shortest // 2, most // 2)
    order = tokens(rng, length, settings)
    n = between(rng, length, most - length)
    kinds = rng.choice(order, size=length)
    return rng.permutation(np.repeat(kinds, composition(rng, n, length))).tolist(), order


def replaced(rng: np.random.Generator, settings: SimpleSettings) -> Pair:
    """A sequence, one of its tokens, and what is to stand instead; each different token is as likely as another."""
    sequence = tokens(rng, between(rng, settings.shortest - 3, settings.longest - 3), settings)
    (value,) = tokens(rng, 1, settings)
    return sequence, [int(rng.choice(list(dict.fromkeys(sequence)))), value]


def two_sequences(rng: np.random.Generator, settings: SimpleSettings) -> Pair:
    """Two sequences of a - 1 to b - 1 tokens together, drawn from half as many different ones."""
    total = between(rng, settings.shortest - 1, settings.longest - 1)
    one = between(rng, 0, total)
    few = settings.first + rng.choice(settings.size, size=min(total // 2, settings.size), replace=False)
    drawn: Tokens = rng.choice(few, size=total).tolist()
    return drawn[:one], drawn[one:]


def place(query: Tokens, sequence: Tokens) -> int:
    """Where a sequence first holds a query; -1 where it does not."""
    length, last = len(query), len(sequence) - len(query)
    if length == 0:
        return 0
    at = -1
    while True:
        try:
            at = sequence.index(query[0], at + 1, last + 1) if last >= 0 else -1
        except ValueError:
            return -1
        if at < 0 or sequence[at : at + length] == query:
            return at
