"""An embedding worker: a process that makes shards for whoever started it, and ends when that one does.

It reads one JSON line per order from standard input ({"job": folder, "work": what makes its shards}, {"shard": number})
and answers on standard output ({"items": …, "cost": …} per batch, {"done": number}, or {"error": …}). The end of the
input is its end, at once: a parent that is gone leaves no orphan, and a shard is written whole or not at all.
"""

import json
import os
import queue
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, TextIO

from models.engine import Maker, maker_called
from models.errors import BadInput, Failed


def main() -> None:
    """Serve orders until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what libraries print goes with the errors, not between the answers
    orders: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(sys.stdin, orders), daemon=True).start()
    maker: Maker | None = None
    while True:
        order = orders.get()
        try:
            if "job" in order:
                maker = None  # its memory goes before the next one's comes
                maker = maker_called(order["work"], Path(order["job"]))
            elif maker is not None:
                maker.make(order["shard"], lambda items, cost: _say(answers, items=items, cost=cost))
                _say(answers, done=order["shard"])
        except (BadInput, Failed) as error:
            _say(answers, error=type(error).__name__, message=str(error), trace=traceback.format_exc())
        except Exception as error:  # the parent says it; this process has no other way to
            last = traceback.format_exception_only(error)[-1].strip()
            _say(answers, error="", message=last, trace=traceback.format_exc())


def _listen(orders_in: TextIO, orders: "queue.Queue[dict[str, Any]]") -> None:
    for line in orders_in:
        orders.put(json.loads(line))
    os._exit(0)


def _say(answers: TextIO, **answer: Any) -> None:
    answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
