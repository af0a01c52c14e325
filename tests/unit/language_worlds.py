"""Tiny language models of several architectures, saved as real ones are, and opened as ours opens them."""

import json
from pathlib import Path
from typing import Any

from models.encoder import EncoderRecipe
from models.language_model import LanguageModel, open_language_model
from models.place import Place
from tests.tiny_models import SPECIALS, VOCABULARY, WORDS, write_model, write_tokenizer

TOKENS = {word: at for at, word in enumerate([*SPECIALS, *WORDS])}


def write_any(folder: Path, kind: str, seed: int = 0, **changes: Any) -> Any:
    """Save a tiny model of a kind that `tiny_models` lacks: OPT, GPT-J (a head with bias), Gemma 2 (a capped head)."""
    import torch
    import transformers as t

    wide = {"vocab_size": VOCABULARY, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    rows: dict[str, tuple[Any, Any, dict[str, Any]]] = {
        "opt": (t.OPTConfig, t.OPTForCausalLM, wide | {"ffn_dim": 32, "word_embed_proj_dim": 8, "pad_token_id": 0}),
        "gptj": (t.GPTJConfig, t.GPTJForCausalLM, {"n_embd": 16, "n_layer": 2, "n_head": 2, "rotary_dim": 4}),
        "gemma2": (
            t.Gemma2Config,
            t.Gemma2ForCausalLM,
            wide | {"intermediate_size": 32, "head_dim": 8, "num_key_value_heads": 2, "final_logit_softcapping": 2.0},
        ),
        "llama": (t.LlamaConfig, t.LlamaForCausalLM, wide | {"intermediate_size": 32, "num_key_value_heads": 1}),
    }
    settings, build, values = rows[kind]
    ends = {"bos_token_id": 2, "eos_token_id": 3}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build(settings(**({"vocab_size": VOCABULARY} | values | ends | changes))).eval()
        for weights in model.parameters():
            weights.data += 0.3 * torch.randn_like(weights)
    model.save_pretrained(str(folder))
    write_tokenizer(folder, specials=False)
    return model


def opened(folder: Path, family: str = "causal_lm", **wishes: Any) -> LanguageModel:
    """A saved model, opened."""
    return open_language_model(EncoderRecipe(family=family, model=folder.name, place=Place(folder.parent), **wishes))


def written(folder: Path, kind: str, **changes: Any) -> Any:
    """Save a tiny model of any kind."""
    folder.mkdir(parents=True, exist_ok=True)
    known = kind in ("bert", "esm", "gpt2")
    model = write_model(folder, kind, **changes) if known else write_any(folder, kind, **changes)
    if kind in ("bert", "esm"):
        file = folder / "tokenizer_config.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"mask_token": "[UNK]"}))
    return model
