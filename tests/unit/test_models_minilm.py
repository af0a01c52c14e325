"""MiniLM itself: described without torch, and with the vectors that its authors' library gives."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from models.embedding_job import family_called
from models.encoder import EncoderRecipe
from tests.tiny_models import TEXTS

ROOT = Path(__file__).resolve().parents[2]


def test_describing_minilm_imports_neither_torch_nor_transformers() -> None:
    program = (
        "import sys; from models.embedding_job import family_called; from models.encoder import EncoderRecipe\n"
        "card = family_called('transformer').describe(EncoderRecipe(family='transformer', model='all-MiniLM-L6-v2'))\n"
        "assert (card.layers, card.width, card.pooling, card.normalize) == (7, 384, 'mean', True), card\n"
        "assert card.parameters == 22_713_728, card\n"
        "assert not {'torch', 'transformers', 'sklearn', 'pandas'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_minilm_gives_the_vectors_of_sentence_transformers(tmp_path: Path) -> None:
    texts = [*TEXTS, "Stochastic gradient descent, restarted. " * 40, "Größe: 5 µm; 東京", "x"]
    (tmp_path / "texts.json").write_text(json.dumps(texts))
    program = (
        "import json, sys, numpy as np; from sentence_transformers import SentenceTransformer\n"
        "vectors = SentenceTransformer(sys.argv[1]).encode(json.load(open(sys.argv[2])), show_progress_bar=False)\n"
        "np.save(sys.argv[3], vectors)\n"
    )
    of = EncoderRecipe(family="transformer", model="all-MiniLM-L6-v2")
    from models.lookup import find_model

    folder = find_model(of.model, of.place).path
    command = [sys.executable, "-W", "ignore", "-c", program, str(folder), str(tmp_path / "texts.json")]
    subprocess.run([*command, str(tmp_path / "theirs.npy")], check=True, capture_output=True)
    theirs = np.load(tmp_path / "theirs.npy", allow_pickle=False)
    ours = family_called(of.family).load(of).encode(texts, (6,))[0]
    assert ((theirs * ours).sum(axis=1) >= 0.999999).all()
