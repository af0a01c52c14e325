"""LoRA: what is trained, what is kept, and that reading it gives the vectors that were trained."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from analysis.anchor_asks import anchor_asks
from analysis.run import open_study
from models.adapters import CONFIG, WEIGHTS
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.families.transformer import FAMILY
from models.place import Place
from models.pretraining.job import MADE, PretrainingJob, read_curve
from models.pretraining.settings import PreTraining
from models.pretraining.training import Training, train
from tests.tiny_models import TEXTS, VOCABULARY, write_model
from tests.unit.language_worlds import opened, written
from tests.unit.test_anchors_study import ALONE, CORPUS, world

EDGES = np.array([[0, 1], [2, 3], [1, 2]])


def recipe(folder: Path, **changes: Any) -> EncoderRecipe:
    return EncoderRecipe(family="transformer", model=str(folder), place=Place(folder), **changes)


def prepared(folder: Path, start: EncoderRecipe, **settings: Any) -> Path:
    said: dict[str, Any] = {"objective": "structure", "steps": 4, "seed": 0, "lr": 1e-2, "weight": 0.5, "batch": 2}
    said |= {"max_length": 16, "head_steps": 2, "lora": 2, "margin": 5.0} | settings
    job = PretrainingJob(settings=PreTraining(**said), start=start, architecture="", samples=4, made_of=repr(said))
    job.save(folder, TEXTS, EDGES)
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT with a mask, without a masked-LM head."""
    from transformers import AutoTokenizer

    folder = tmp_path_factory.mktemp("base") / "bert"
    write_model(folder, "bert").bert.save_pretrained(str(folder))
    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    tokenizer.mask_token = "tree"
    tokenizer.save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="module")
def made(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = prepared(tmp_path_factory.mktemp("run"), recipe(base))
    train(folder)
    assert [point["part"] for point in read_curve(folder)] == ["head"] * 2 + ["all"] * 4
    return folder / MADE


def vectors(folder: Path, **changes: Any) -> np.ndarray:
    return FAMILY.load(recipe(folder, **changes)).encode(TEXTS, [2])[0]


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing:FutureWarning")  # peft asks transformers for it
def test_what_is_kept_is_the_low_rank_part_alone_and_reads_as_peft_merges_it(base: Path, made: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModel

    assert {file.name for file in made.iterdir()} == {CONFIG, WEIGHTS}
    assert (made / WEIGHTS).stat().st_size < (base / "model.safetensors").stat().st_size / 2
    copy = AutoModel.from_pretrained(str(base), add_pooling_layer=False)
    merged = PeftModel.from_pretrained(copy, str(made)).merge_and_unload()
    own = FAMILY.load(recipe(made)).build()[0]  # type: ignore[index]
    plain = AutoModel.from_pretrained(str(base), add_pooling_layer=False)
    theirs, before = dict(merged.named_parameters()), dict(plain.named_parameters())
    changed = set()
    for name in theirs:
        weight = own.get_parameter(name)
        torch.testing.assert_close(weight, theirs[name], rtol=1e-6, atol=1e-7)
        if not torch.equal(weight, before[name]):
            changed.add(name.rpartition(".")[0].rpartition(".")[2])
    assert changed == {"query", "value"}
    assert np.abs(vectors(made) - vectors(base)).max() > 1e-3
    cards = [FAMILY.describe(recipe(folder)) for folder in (base, made)]
    assert cards[0].weights_sha256 != cards[1].weights_sha256 and cards[0].width == cards[1].width


def test_the_vectors_read_are_those_that_were_trained(base: Path, tmp_path: Path) -> None:
    training = Training(prepared(tmp_path, recipe(base), weight=1.0), 1e9)
    for number in range(4):
        training.step(number)
    network = training.network
    network.model.eval()
    inputs = network.inputs(training.tokens, np.arange(4))
    with torch.no_grad():
        known = network.pooled(network.states(inputs), inputs).numpy()
    network.save(tmp_path / "out")
    np.testing.assert_allclose(vectors(tmp_path / "out", max_length=16), known, atol=1e-5)


def test_an_adapter_on_an_adapter_is_both_and_a_killed_run_goes_on(base: Path, made: Path, tmp_path: Path) -> None:
    whole = prepared(tmp_path / "whole", recipe(made))
    train(whole)
    broken = prepared(tmp_path / "broken", recipe(made))
    training = Training(broken, 0.0)
    step = training.step

    def dies(number: int) -> dict[str, Any]:
        if number == 4:
            raise KeyboardInterrupt
        return step(number)

    training.step = dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        training.finish()
    train(broken)
    found, again = vectors(whole / MADE), vectors(broken / MADE)
    assert json.loads((whole / MADE / CONFIG).read_text())["base_model_name_or_path"] == str(made)
    np.testing.assert_array_equal(found, again)
    assert np.abs(found - vectors(made)).max() > 1e-3


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"peft_type": "IA3"}, "is of kind 'IA3'"),
        ({"use_dora": True}, "has use_dora"),
        ({"bias": "all"}, "has bias"),
        ({"r": 0}, "lacks its r"),
        ({"base_model_name_or_path": "nowhere/at-all"}, "the model that adapter"),
        ({"base_model_name_or_path": ""}, "base_model_name_or_path; copy it anew"),
    ],
)
def test_an_adapter_that_cannot_be_read_says_why(made: Path, tmp_path: Path, said: Any, sentence: str) -> None:
    folder = tmp_path / "adapter"
    shutil.copytree(made, folder)
    known = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps(known | said))
    with pytest.raises(BadInput, match=sentence):
        FAMILY.describe(recipe(folder))


def test_an_adapter_of_another_model_or_of_itself_is_refused(made: Path, tmp_path: Path) -> None:
    wide = tmp_path / "wide"
    write_model(wide, "bert", hidden_size=32)
    folder = tmp_path / "adapter"
    shutil.copytree(made, folder)
    known = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps(known | {"base_model_name_or_path": str(wide)}))
    with pytest.raises(BadInput, match="is for a layer of shape"):
        FAMILY.load(recipe(folder)).build()
    (folder / CONFIG).write_text(json.dumps(known | {"base_model_name_or_path": str(folder)}))
    with pytest.raises(BadInput, match="an adapter of more than 8 others"):
        FAMILY.describe(recipe(folder))


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing:FutureWarning")
@pytest.mark.parametrize(("kind", "whole"), [("gpt2", False), ("llama", True)])
def test_the_anchors_of_an_adapter_of_a_causal_model_are_those_of_the_model_that_peft_merges(
    tmp_path: Path, kind: str, whole: bool
) -> None:
    """`whole`: it was put on the language model, not on the transformer within."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    written(tmp_path / "base", kind, bos_token_id=2, eos_token_id=3)
    model = AutoModelForCausalLM.from_pretrained(str(tmp_path / "base"))
    low = get_peft_model(
        model if whole else model.base_model, LoraConfig(r=2, init_lora_weights=False, fan_in_fan_out=not whole)
    )
    low.save_pretrained(str(tmp_path / "low"))
    said = json.loads((tmp_path / "low" / CONFIG).read_text()) | {"base_model_name_or_path": str(tmp_path / "base")}
    (tmp_path / "low" / CONFIG).write_text(json.dumps(said))
    low.merge_and_unload()
    ids = torch.randint(4, VOCABULARY, (3, 12), generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        theirs = model.eval()(input_ids=ids).logits
    mine, base = (opened(tmp_path / name) for name in ("low", "base"))
    ours = mine.states(ids) @ torch.from_numpy(mine.head.vectors).T + torch.from_numpy(mine.head.bias)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)
    assert (mine.states(ids) - base.states(ids)).abs().max() > 1e-2


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing:FutureWarning")
def test_an_adapter_of_a_causal_model_has_anchors_of_its_own_in_a_study(tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    study = world(tmp_path, f'{ALONE}{CORPUS}[[checkpoint]]\nname = "low"\nfamily = "causal_lm"\nmodel = "low"\n')
    model = AutoModelForCausalLM.from_pretrained(str(tmp_path / "gpt2"))
    low = get_peft_model(model, LoraConfig(r=2, init_lora_weights=False, fan_in_fan_out=True))
    low.save_pretrained(str(tmp_path / "low"))
    said = json.loads((tmp_path / "low" / CONFIG).read_text()) | {"base_model_name_or_path": "gpt2"}
    (tmp_path / "low" / CONFIG).write_text(json.dumps(said))
    pipeline = open_study(study, cache=tmp_path / "cache")
    asks = anchor_asks(pipeline)
    assert [ask.subject for ask in asks] == ["small", "low"]
    names = ("mse|none|plain", "perplexity|none|plain")
    of = [[pipeline.make(ask).numbers[name].value for name in names] for ask in asks]
    assert all(abs(a - b) > 1e-3 for a, b in zip(*of, strict=True))
