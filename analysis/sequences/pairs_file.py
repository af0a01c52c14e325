"""A user's own sequence task: a text file of lines `input<TAB>target`."""

from pathlib import Path

from analysis.sequences.pairs import Pair, Split, split_alone
from analysis.text_files import read_text
from models.errors import BadInput

LARGEST = 1 << 30


def read_pairs(path: Path) -> Split:
    """The pairs of a file, dealt out by their inputs; repeats of an input are left out.

    BadInput names the line that is no pair.
    """
    text = read_text(path, longest=LARGEST, what=repr(path.name), too_long="1 GiB; give fewer pairs")
    pairs = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        parts = line.rstrip("\r").split("\t")
        if len(parts) != 2 or not all(part.strip() for part in parts):
            raise BadInput(f"line {number} of {path.name!r} is not `input<TAB>target`; mend or leave it out.")
        pairs.append(Pair(parts[0].strip(), parts[1].strip()))
    return split_alone(pairs)
