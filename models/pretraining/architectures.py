"""Language models to begin without weights, and their words: no dropout, output embeddings tied to the input's.

`bert-*`: the small sizes of Turc et al. (2019), and nano, half as wide with half the words, to fill gaps. `gpt-*`
(LayerNorm, learnt positions, as GPT-2) and `llama-*` (RMSNorm, rotary positions, gated layers) tell what comes next.

Words are pieces by byte-pair encoding (Sennrich et al., 2016), learnt from the texts that are trained on: lower-cased
and each word's beginning marked for a BERT, of bytes as they stand for the others. The same texts give the same words,
which WordPiece's trainer does not promise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from models.errors import BadInput, nearest

Kind = Literal["bert", "gpt", "llama"]
SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
END = "<|endoftext|>"  # begins every window of a causal model and stands between two texts
NORM = 1e-5
GATED = 8 / 3  # inner width of a gated layer with as many weights as a plain one of four times the width


@dataclass(frozen=True)
class TextArchitecture:
    """Sizes of a transformer; `inner`: of its feed-forward layers; `words`: of its vocabulary at most."""

    name: str
    layers: int
    width: int
    heads: int
    kind: Kind = "bert"
    words: int = 8192

    @property
    def causal(self) -> bool:
        """Whether it reads left to right."""
        return self.kind != "bert"

    @property
    def family(self) -> Literal["causal_lm", "masked_lm"]:
        """What its checkpoints are opened as."""
        return "causal_lm" if self.causal else "masked_lm"

    @property
    def inner(self) -> int:
        """Width of the feed-forward layers."""
        return 4 * self.width if self.kind != "llama" else 8 * round(GATED * self.width / 8)

    @property
    def work(self) -> float:
        """Floating-point operations per token."""
        return 2.0 * self.layers * 12 * self.width**2

    def config(self, vocabulary: int, longest: int) -> Any:
        """The settings of transformers."""
        return {"bert": self._bert, "gpt": self._gpt, "llama": self._llama}[self.kind](vocabulary, longest)

    def _bert(self, vocabulary: int, longest: int) -> Any:
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

    def _gpt(self, vocabulary: int, longest: int) -> Any:
        from transformers import GPT2Config

        return GPT2Config(
            architectures=["GPT2LMHeadModel"],
            vocab_size=vocabulary,
            n_embd=self.width,
            n_layer=self.layers,
            n_head=self.heads,
            n_positions=longest,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=0,
            eos_token_id=0,
        )

    def _llama(self, vocabulary: int, longest: int) -> Any:
        from transformers import LlamaConfig

        return LlamaConfig(
            architectures=["LlamaForCausalLM"],
            vocab_size=vocabulary,
            hidden_size=self.width,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            intermediate_size=self.inner,
            max_position_embeddings=longest,
            rms_norm_eps=NORM,
            tie_word_embeddings=True,
            bos_token_id=0,
            eos_token_id=0,
        )


SIZES = (
    ("nano", 2, 64, 2, 4096),
    ("tiny", 2, 128, 2, 8192),
    ("mini", 4, 256, 4, 8192),
    ("small", 4, 512, 8, 8192),
    ("medium", 8, 512, 8, 8192),
)
CAUSAL: tuple[Kind, ...] = ("gpt", "llama")
ARCHITECTURES: Mapping[str, TextArchitecture] = MappingProxyType(
    {
        f"bert-{name}": TextArchitecture(f"bert-{name}", layers, width, heads, words=words)
        for name, layers, width, heads, words in SIZES
    }
    | {f"{kind}-nano": TextArchitecture(f"{kind}-nano", 3, 64, 4, kind, words=2048) for kind in CAUSAL}
    | {f"{kind}-tiny": TextArchitecture(f"{kind}-tiny", 3, 128, 4, kind, words=4096) for kind in CAUSAL}
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
    from transformers import PreTrainedTokenizerFast

    most = architecture.words if words is None else words
    if architecture.causal:
        tokenizer = _bytes(texts, most)
        names = {"bos_token": END, "eos_token": END}
    else:
        tokenizer = _marked(texts, most)
        names = {f"{name[1:-1].lower()}_token": name for name in SPECIALS}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(str(folder))
    architecture.config(tokenizer.get_vocab_size(), longest).save_pretrained(str(folder))


def _marked(texts: Iterable[str], words: int) -> Any:
    """Pieces of lower-cased words, each text between [CLS] and [SEP]."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    cuts = [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(cuts)
    trainer = trainers.BpeTrainer(vocab_size=words, min_frequency=2, special_tokens=[*SPECIALS], show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    ends = [(name, SPECIALS.index(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return tokenizer


def _bytes(texts: Iterable[str], words: int) -> Any:
    """Pieces of bytes, so that every text has tokens and comes back from them as it was."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=words,
        min_frequency=2,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer
