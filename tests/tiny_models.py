"""Tiny random checkpoints, made on the fly in the formats that real ones come in."""

import json
from pathlib import Path
from typing import Any

WORDS = ["the", "a", "cat", "dog", "sat", "ran", "on", "under", "mat", "tree"]
WORDS += ["red", "blue", "big", "small", "and", "or", "not", "very", "fast", "slow"]
TEXTS = ["the cat sat on the mat", "a dog", "the big red dog ran very fast under the small tree and sat", "not slow"]
SPECIALS = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
VOCABULARY = len(SPECIALS) + len(WORDS)
SHAPE: dict[str, Any] = {"vocab_size": VOCABULARY, "num_hidden_layers": 2, "hidden_size": 16, "num_attention_heads": 2}


def write_tokenizer(folder: Path, *, specials: bool = True) -> None:
    """A tokenizer of whole words; with `specials`, [CLS] and [SEP] around each text and a padding token."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: i for i, word in enumerate([*SPECIALS.values(), *WORDS])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    if specials:
        tokenizer.post_processor = TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
        )
    names = SPECIALS if specials else {"unk_token": "[UNK]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(str(folder))


def write_model(folder: Path, kind: str, seed: int = 0, **changes: Any) -> Any:
    """Save a tiny model of a kind with random weights and its tokenizer; the model."""
    import torch
    import transformers as t

    rows: dict[str, tuple[Any, Any, dict[str, Any]]] = {
        "bert": (t.BertConfig, t.BertForMaskedLM, SHAPE | {"intermediate_size": 32, "max_position_embeddings": 40}),
        "roberta": (
            t.RobertaConfig,
            t.RobertaModel,
            SHAPE | {"intermediate_size": 32, "max_position_embeddings": 24, "pad_token_id": 0},
        ),
        "esm": (
            t.EsmConfig,
            t.EsmForMaskedLM,
            SHAPE
            | {"intermediate_size": 32, "max_position_embeddings": 66, "pad_token_id": 0, "mask_token_id": 1}
            | {"position_embedding_type": "rotary", "token_dropout": True},
        ),
        "gpt2": (
            t.GPT2Config,
            t.GPT2LMHeadModel,
            {"vocab_size": VOCABULARY, "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 32},
        ),
        "t5": (
            t.T5Config,
            t.T5ForConditionalGeneration,
            {"vocab_size": VOCABULARY, "d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2},
        ),
        "bart": (
            t.BartConfig,
            t.BartForConditionalGeneration,
            {"vocab_size": VOCABULARY, "d_model": 16, "encoder_layers": 2, "decoder_layers": 1}
            | {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 32}
            | {"decoder_ffn_dim": 32, "max_position_embeddings": 40, "pad_token_id": 0},
        ),
        "vit": (
            t.ViTConfig,
            t.ViTForImageClassification,
            {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
            | {"image_size": 32, "patch_size": 8},
        ),
        "resnet": (
            t.ResNetConfig,
            t.ResNetForImageClassification,
            {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1], "layer_type": "basic"},
        ),
    }
    settings, build, values = rows[kind]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build(settings(**(values | changes))).eval()
        for weights in model.parameters():  # the library's initial scale is so small that all texts look alike
            weights.data += 0.3 * torch.randn_like(weights)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(str(folder))
    if kind in ("vit", "resnet"):
        content = {"image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"height": 32, "width": 32}}
        content |= {"resample": 2, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True}
        content |= {"image_mean": [0.5, 0.4, 0.3], "image_std": [0.5, 0.25, 0.125]}
        (folder / "preprocessor_config.json").write_text(json.dumps(content))
    else:
        write_tokenizer(folder, specials=kind != "gpt2")
    return model


def write_sentence_modules(folder: Path, *modules: tuple[str, str, dict[str, Any]]) -> None:
    """Write `modules.json` and each module's config, as sentence-transformers does."""
    entries = []
    for i, (kind, name, config) in enumerate(modules):
        entries.append({"idx": i, "name": str(i), "path": name, "type": f"sentence_transformers.models.{kind}"})
        (folder / name).mkdir(exist_ok=True)
        if name:
            (folder / name / "config.json").write_text(json.dumps(config))
    (folder / "modules.json").write_text(json.dumps(entries))
