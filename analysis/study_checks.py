"""What several sections of a study are checked for: a condition in a sentence, seeds, names given once."""

from collections.abc import Sequence

from models.errors import BadInput

HIGHEST_SEED = (1 << 32) - 1  # of what scikit-learn and FAISS take


def must(holds: bool, sentence: str) -> None:
    """Raise BadInput with the sentence unless the condition holds."""
    if not holds:
        raise BadInput(sentence)


def check_seed(seed: int, what: str) -> None:
    """Refuse a seed that some generator cannot take."""
    must(0 <= seed <= HIGHEST_SEED, f"{what} is {seed}; give 0 to {HIGHEST_SEED:,}.")


def check_seeds(seeds: Sequence[int], where: str) -> None:
    """Refuse no seeds, one twice, and one that some generator cannot take."""
    must(bool(seeds), f"{where} has no seeds; give for example [0, 1, 2].")
    for seed in seeds:
        check_seed(seed, f"a seed of {where}")
    must(len(set(seeds)) == len(seeds), f"{where} names a seed twice; give each once.")


def check_methods(methods: Sequence[str], where: str) -> None:
    """Refuse no methods, and one twice."""
    must(bool(methods), f"{where} has no methods; name some, or leave out `methods` for the usual ones.")
    for name in methods:
        must(methods.count(name) == 1, f"{where} names method {name!r} twice; give each once.")


def check_engine(name: str, address: str, workers: int) -> None:
    """Refuse an [engine] that no machine could be."""
    must(workers >= 0, f"workers of [engine] is {workers}; give 0 for as many as there are, or a number.")
    why = f"address of [engine] is {address!r}, but name is 'local'; set name = 'ray', or leave address out."
    must(name == "ray" or not address, why)
