"""What is asked of language models: the numbers of anchors, and what each says."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A question about a language model on a text; `describe`: what each of its numbers says."""

    name: str
    title: str
    version: int
    describe: Mapping[str, str]


ANCHORS = Measurement(
    name="anchors",
    title="Anchor vectors",
    version=1,
    describe={
        "mse": "Mean squared error of <v0, h> against the log bulk partition function, on windows held out; the same in"
        " every gauge.",
        "variance": "Variance of the log bulk partition function on those windows; moves with the gauge.",
        "constant_mse": "Error of predicting its mean over the windows fitted on; moves with the gauge.",
        "r2": "1 - mse / variance, in the gauge of the weights as they are; moves with the gauge.",
        "r2_centred": "The same with the mean output embedding of the live words at 0.",
        "max_error": "The largest error of a held-out context.",
        "perplexity": "exp of the mean surprise of the text's own tokens, on the same windows.",
        "log_partition_sd": "Standard deviation of log Z: 0 where the partition function is constant.",
        "constant_in_span": "min over w of E(1 - <w, h>)^2: 0 where the constant is linear in h, as after a LayerNorm,"
        " so that the plain fit has an intercept for free.",
        "bulk_probability": "Mean probability of the bulk words.",
        "shift_auc_raw": "Area under the ROC curve of the thresholded logits of a task's words after every output"
        " embedding was moved by one mean length, against the task.",
        "shift_auc_anchor": "The same with logits relative to the anchor, which the shift does not move.",
    },
)
