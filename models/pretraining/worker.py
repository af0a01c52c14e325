"""One pre-training in a process of its own: `python -m models.pretraining.worker FOLDER THREADS`.

It ends when whoever started it does: their end of its standard input closes.
"""

import os
import sys
import threading
import traceback
from pathlib import Path

from models.errors import BadInput, Failed
from models.pretraining.job import ERROR, write_json


def main(folder: Path, threads: int) -> int:
    """Do the job of a folder; what went wrong lies in its error.json."""
    import torch

    from models.pretraining import sequence_job, training

    torch.set_num_threads(threads)
    (folder / ERROR).unlink(missing_ok=True)
    try:
        (sequence_job.train if sequence_job.is_one(folder) else training.train)(folder)
    except (BadInput, Failed) as error:
        write_json(folder / ERROR, {"error": type(error).__name__, "message": str(error)})
        return 1
    except Exception as error:
        traceback.print_exc()
        write_json(folder / ERROR, {"error": "Failed", "message": f"{type(error).__name__}: {error}"})
        return 1
    return 0


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
