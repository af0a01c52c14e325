"""The Hugging Face hub: what its cache holds, what a repository lists, and its download in two parts.

The small files (settings, tokenizer) suffice to describe a model; the hub lists the sha256 of the weights, so
they can wait until vectors are wanted. A hub that does not answer soon is not there: without a network the answer
is quick, and is remembered for a minute.
"""

import queue
import re
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.errors import BadInput, Failed

SECONDS = 5.0  # for connecting and, since no library bounds it, for looking up the hub's address
SMALL = (".json", ".txt", ".model", ".jinja")
OURS = re.compile(r"(\d+_\w+/)?[^/]+")  # the root, and the folders of sentence-transformers' modules
TRANSFORMER = re.compile(r"(\d+_Transformer/)?[^/]+")  # its weights are large, those of the other modules small


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A repository today: its small files, and the transformer's weights with their sha256."""

    name: str
    small: tuple[str, ...]
    weights: tuple[tuple[str, str], ...]


def is_a_name(name: str) -> bool:
    """Whether a repository could be called so, by the hub's own rules."""
    from huggingface_hub.utils import HFValidationError, validate_repo_id

    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return True


def cached(name: str) -> Path | None:
    """The newest snapshot of a repository in the hub's cache, if its settings and weights are both in it."""
    from huggingface_hub import try_to_load_from_cache

    if not is_a_name(name):
        return None
    config = try_to_load_from_cache(name, "config.json") or try_to_load_from_cache(name, "modules.json")
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    patterns = ("*.safetensors", "pytorch_model*.bin", "0_*/*.safetensors", "0_*/pytorch_model*.bin")
    return folder if any(any(folder.glob(pattern)) for pattern in patterns) else None


def list_files(name: str, looked: str) -> Listing:
    """Ask the hub for a repository's files; `looked` begins the sentence that says the name is nowhere."""
    answer = _ask(name, int(time.monotonic() / 60))
    if isinstance(answer, str):
        raise BadInput(f"{looked} {answer}")
    return answer


def download(listing: Listing, *, weights: bool) -> Path:
    """Bring the small files, or everything, into the hub's cache; the folder they are in."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    names = list(listing.small) + ([file for file, _ in listing.weights] if weights else [])
    try:
        # by the branch's name, which the cache then knows, so that the name is found there without a network
        return Path(snapshot_download(listing.name, allow_patterns=names, etag_timeout=SECONDS))
    except Exception as error:  # the network's errors come from whichever library the hub's client uses today
        raise Failed(
            f"the download of {listing.name!r} from the hub broke off ({_first_line(error)}); run again to go on."
        ) from error


@lru_cache(maxsize=64)
def _ask(name: str, minute: int) -> Listing | str:
    """The repository's files, or the end of a sentence that says why there are none."""
    answers: queue.Queue[Listing | str] = queue.Queue()
    threading.Thread(target=lambda: answers.put(_list(name)), daemon=True).start()
    try:
        return answers.get(timeout=2 * SECONDS)
    except queue.Empty:
        return "the hub does not answer; connect, or give the folder of a downloaded copy."


def _list(name: str) -> Listing | str:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    try:
        info = HfApi().model_info(name, timeout=SECONDS, files_metadata=True)
    except GatedRepoError:
        return "on the hub only for those who accepted its terms; accept them there and log in with `hf auth login`."
    except RepositoryNotFoundError:
        return "not on the hub either; correct the name, or log in with `hf auth login` if it is private."
    except HfHubHTTPError as error:
        return f"the hub refused to answer ({_first_line(error)}); try later, or give the folder of a downloaded copy."
    except Exception:  # no network shows as whichever error the client's HTTP library has for it
        return "the hub cannot be reached; connect, or give the folder of a downloaded copy."
    hashes = {file.rfilename: file.lfs.sha256 if file.lfs else "" for file in info.siblings or ()}
    ours = [file for file in hashes if OURS.fullmatch(file)]
    weights = [file for file in ours if _is_weights(file, ours)]
    return Listing(
        name=name,
        small=tuple(f for f in ours if f.endswith(SMALL) or (f in weights and not TRANSFORMER.fullmatch(f))),
        weights=tuple((f, hashes[f] or f"{info.sha}/{f}") for f in weights if TRANSFORMER.fullmatch(f)),
    )


def _is_weights(file: str, files: list[str]) -> bool:
    """Whether to download it: safetensors, and a torch file only in a folder that has none."""
    folder = file.rpartition("/")[0]
    if Path(file).name.startswith("model") and file.endswith(".safetensors"):
        return True
    mates = [mate for mate in files if mate.rpartition("/")[0] == folder and mate.endswith(".safetensors")]
    return Path(file).name.startswith("pytorch_model") and file.endswith(".bin") and not mates


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
