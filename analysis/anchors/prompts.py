"""Tasks as a prompt and words: a text stands in a template, and each label has words that may come next.

The task of a label is told from its words alone, sum over them of ReLU(s - b), as the theorem has it. The anchor is
fitted on the running text, as everywhere, and not on the prompts; the bound b on one half of the texts, and the other
half is judged. Windows drawn anew for intervals are texts here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.anchors.tasks import FEWEST, Sides, rows_of
from models.bulk import Rule
from models.errors import BadInput
from models.head import Head
from models.language_model import LanguageModel
from models.prompts import asked_contexts, check_template, prompted
from models.streaming import Contexts

MOST_TEXTS = 2000


@dataclass(frozen=True, eq=False)
class Prompt:
    """`labels`: of each text. `words`: of each value of the label that is asked."""

    name: str
    template: str
    texts: Sequence[str]
    labels: Sequence[str]
    words: Mapping[str, Sequence[str]]

    def task(self, label: str) -> str:
        """What the task of a label is called."""
        return f"prompt:{self.name}={label}"


def prompt_sides(
    model: LanguageModel, head: Head, prompt: Prompt, ground: Contexts, seed: int
) -> Iterator[tuple[str, Sides | str]]:
    """Every label's task with its two halves of the texts, or why it has none; the anchor is fitted on `ground`."""
    rng = np.random.default_rng([seed, 7])
    order = rng.permutation(len(prompt.texts))[:MOST_TEXTS]
    try:
        check_template(prompt.template, masked=model.kind == "masked_lm", where=f"prompt {prompt.name!r}")
        numbers = prompted(model, [prompt.texts[row] for row in order], prompt.template)
        asked = asked_contexts(model, head, numbers)
    except BadInput as error:
        yield from ((prompt.task(label), str(error)) for label in prompt.words)
        return
    labels, half = np.array([prompt.labels[row] for row in order]), len(order) // 2
    whole = replace(model, head=head)
    for label, words in prompt.words.items():
        name = prompt.task(label)
        try:
            rule = Rule(name, "words", words=tuple(words), rows=whole.rows_of_words(words))
        except BadInput as error:
            yield name, str(error)
            continue
        true = labels == label
        fewest = min(int(side.sum()) for part in (true[:half], true[half:]) for side in (part, ~part))
        if fewest < FEWEST:
            why = (
                f"Of {len(true):,} texts {int(true.sum())} have {label!r}; {FEWEST} with and without are needed a half."
            )
            yield name, why
            continue
        fitted, held = rows_of(asked, np.arange(half)), rows_of(asked, np.arange(half, len(true)))
        yield name, Sides(fitted, held, true[:half], true[half:], rule, ground)
