"""Encoders to begin without weights: BERT in the small sizes of Turc et al. (2019), no dropout, and their words.

One size is ours: nano, half as wide as their smallest and with half the words, small enough to ship.

Their words are pieces by byte-pair encoding (Sennrich et al., 2016), lower-cased, each word's beginning marked, learnt
from the texts that are trained on. The same texts give the same words, which WordPiece's trainer does not promise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from models.errors import BadInput, nearest

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


@dataclass(frozen=True)
class TextArchitecture:
    """Sizes of a BERT; `inner`: of its feed-forward layers; `words`: in its vocabulary, at most."""

    name: str
    layers: int
    width: int
    heads: int
    words: int = 8192

    @property
    def inner(self) -> int:
        """Width of the feed-forward layers."""
        return 4 * self.width

    @property
    def work(self) -> float:
        """Floating-point operations per token."""
        return 2.0 * self.layers * 12 * self.width**2

    def config(self, vocabulary: int, longest: int) -> Any:
        """The settings of transformers."""
        from transformers import BertConfig

        return BertConfig(
            architectures=["BertForMaskedLM"],
            vocab_size=vocabulary,
            hidden_size=self.width,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            intermediate_size=self.inner,
            max_position_embeddings=longest,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            pad_token_id=0,
        )


SIZES = (
    ("nano", 2, 64, 2, 4096),
    ("tiny", 2, 128, 2),
    ("mini", 4, 256, 4),
    ("small", 4, 512, 8),
    ("medium", 8, 512, 8),
)
ARCHITECTURES: Mapping[str, TextArchitecture] = MappingProxyType(
    {f"bert-{name}": TextArchitecture(f"bert-{name}", *sizes) for name, *sizes in SIZES}
)


def text_architecture(name: str) -> TextArchitecture:
    """One of them by name."""
    if name not in ARCHITECTURES:
        raise BadInput(f"no architecture {name!r} for texts{nearest(name, ARCHITECTURES)}")
    return ARCHITECTURES[name]


def write_start(
    folder: Path, architecture: TextArchitecture, texts: Iterable[str], *, longest: int, words: int | None = None
) -> None:
    """Write config.json and tokenizer of a checkpoint that has no weights yet; `words`: None: the architecture's."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    cuts = [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(cuts)
    trainer = trainers.BpeTrainer(
        vocab_size=words or architecture.words, min_frequency=2, special_tokens=[*SPECIALS], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    ends = [(name, SPECIALS.index(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    names = {f"{name[1:-1].lower()}_token": name for name in SPECIALS}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(str(folder))
    architecture.config(tokenizer.get_vocab_size(), longest).save_pretrained(str(folder))
