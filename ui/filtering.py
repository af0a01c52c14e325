"""Which samples a text or a regular expression is found in.

Regular expressions run in RE2 (through pyarrow), which is linear in the text: none can hang the page.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.dataset import Dataset
from models.errors import BadInput

LONGEST = 1_000  # characters of a pattern


def mask_of(dataset: Dataset, pattern: str, *, regex: bool) -> npt.NDArray[np.bool_] | None:
    """What a filter finds, (n,); None where there is no filter, or one that cannot be used."""
    if not pattern:
        return None
    try:
        return matching(dataset, pattern, regex=regex)
    except BadInput:
        return None


def matching(dataset: Dataset, pattern: str, *, regex: bool) -> npt.NDArray[np.bool_]:
    """Whether the pattern is found in each sample's text, id or labels, (n,); case does not matter."""
    if any("\ud800" <= letter <= "\udfff" for letter in pattern):
        raise BadInput(f"the filter {pattern[:80]!a} holds half a surrogate pair, which is no text; leave it out.")
    columns: list[Sequence[str]] = [dataset.ids]
    if dataset.texts is not None:
        columns.append(dataset.texts)
    columns += [dataset.frame[name].astype("string").fillna("").tolist() for name in dataset.labels]
    found = np.zeros(len(dataset), dtype=bool)
    for column in columns:
        found |= _found(column, pattern, regex=regex)
    return found


def _found(texts: Sequence[str], pattern: str, *, regex: bool) -> npt.NDArray[np.bool_]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(pattern) > LONGEST:
        raise BadInput(f"the filter has {len(pattern):,} characters; give at most {LONGEST:,}.")
    column = pa.array(texts, type=pa.large_string())
    search = pc.match_substring_regex if regex else pc.match_substring
    try:
        mask: npt.NDArray[np.bool_] = search(column, pattern, ignore_case=True).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid as error:
        why = str(error).removeprefix("Invalid regular expression: ").removesuffix(f": {pattern}")
        raise BadInput(
            f"the regular expression {pattern!r} cannot be used ({why}); mend it, or search for it as plain text."
        ) from None
    return mask
