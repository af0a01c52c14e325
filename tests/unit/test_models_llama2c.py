"""llama2.c's files: its own test's text word for word, its tokenizer, and its states as embeddings."""

import shutil
import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.language_model import open_language_model
from models.llama2c import read_header, read_tokens, tokenizer_of
from models.place import Place

pytestmark = pytest.mark.shared


@pytest.fixture
def folder(shared_data) -> Path:
    return shared_data / "text_lm"


def recipe(folder: Path, **more) -> EncoderRecipe:
    return EncoderRecipe(family="causal_lm", model="stories260K.bin", place=Place(folder), **more)


def test_greedy_text_is_word_for_word_that_of_llama2c(folder):
    import torch

    model = open_language_model(recipe(folder))
    with torch.inference_mode():
        out = model.module.generate(
            torch.tensor([list(model.prefix)]), max_new_tokens=200, do_sample=False, pad_token_id=0, eos_token_id=None
        )
    text = model.tokenizer.decode(out[0], skip_special_tokens=True)
    assert text == (folder / "greedy_200.txt").read_text().removesuffix("\n")


def joined(text: str, tokens: list[tuple[bytes, float]]) -> list[int]:
    """The rule of llama2.c, one join after the other: always the pair whose joint token has the highest score."""
    known = {piece: at for at, (piece, _) in reversed(list(enumerate(tokens)))}
    ids: list[int] = []
    for letter in " " + text:
        piece = letter.encode()
        ids += [known[piece]] if piece in known else [byte + 3 for byte in piece]
    while True:
        pairs = [known.get(tokens[a][0] + tokens[b][0]) for a, b in pairwise(ids)]
        scored = [(-tokens[pair][1], at, pair) for at, pair in enumerate(pairs) if pair is not None]
        if not scored:
            return ids
        _, at, pair = min(scored)
        ids[at : at + 2] = [pair]


def test_tokens_are_joined_by_score_and_unknown_letters_fall_to_bytes(folder):
    tokens = read_tokens(folder / "tok512.bin", 512)
    tokenizer = tokenizer_of(tokens, 512)
    for text in (
        "Once upon a time, there was a little girl.",
        " = Valkyria Chronicles III = \n <unk> 戦場 – 1,000",
        "x",
    ):
        assert tokenizer(text, add_special_tokens=False)["input_ids"] == joined(text, tokens)
        assert tokenizer.decode(tokenizer(text)["input_ids"], skip_special_tokens=True) == text
    with pytest.raises(BadInput, match="not the tokenizer of a model of 32000 tokens"):
        read_tokens(folder / "tok512.bin", 32000)


def test_the_causal_family_embeds_with_it(folder):
    from models.families.causal_lm import FAMILY

    card = FAMILY.describe(recipe(folder))
    assert (card.layers, card.width, card.parameters) == (6, 64, 260_032)
    encoder = FAMILY.load(recipe(folder))
    texts = ["Once upon a time", "a dog and a cat played in the park"]
    (vectors,) = encoder.encode(texts, [5])
    model = open_language_model(recipe(folder))
    import torch

    for text, vector in zip(texts, vectors, strict=True):
        states = model.states(torch.tensor([model.tokenizer(text)["input_ids"]]))[0]
        assert np.allclose(vector, states.mean(dim=0), atol=1e-5)
    assert FAMILY.describe(recipe(folder, init="random")).weights_sha256 != card.weights_sha256
    with pytest.raises(BadInput, match="leave out init = 'statistics'"):
        FAMILY.describe(recipe(folder, init="statistics"))


def test_a_file_of_another_size_is_not_one(folder, tmp_path):
    shutil.copy(folder / "stories260K.bin", tmp_path / "cut.bin")
    with (tmp_path / "cut.bin").open("r+b") as file:
        file.truncate(1000)
    (tmp_path / "wild.bin").write_bytes(struct.pack("<7i", 1 << 30, 1, 1, 1, 1, 1, 1))
    assert read_header(tmp_path / "cut.bin") is None and read_header(tmp_path / "wild.bin") is None
    assert read_header(folder / "stories260K.bin") is not None
