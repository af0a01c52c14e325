"""Workers of a Ray cluster: the parts are the rows of a Ray Data set, their makers its actors.

An actor that dies is started again and its part made anew, a few times; what it had finished is in the folder. The
folder must be seen by every node under the same path, since parts are files: each worker looks for a mark left there.
Started here where no address is given; Ray then asks whoever connects for a token. It carries our own code as pickles
between its processes, so a cluster is to be trusted like this machine.
"""

import logging
import os
import socket
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

from models.engine import ONE_THREAD, QUIET, OnAnswer, WorkerGone
from models.errors import BadInput, Failed
from models.torch_encoder import cores

ROOT = Path(__file__).resolve().parents[2]  # where our packages are imported from
DEATHS = 3  # of one actor, or while at one part, before it counts as broken
STARTS = 3  # of a cluster here before it counts as impossible
PATIENCE = 5.0  # seconds for a cluster's address to answer
STORE = 128 << 20  # bytes of the object store of a cluster started here: parts travel as files, not through it
# What Ray reads as it starts: report nothing to anybody, give workers no lower priority than ours, none before work.
WHEN_STARTED = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
WHEN_STARTED |= {"RAY_prestart_worker_first_driver": "0", "RAY_enable_worker_prestart": "0"}
RAISED = {"BadInput": BadInput, "Failed": Failed}


class RayEngine:
    """`address`: host:port of a running cluster that this machine is a node of, `auto`, or empty to start one here."""

    name = "ray"

    def __init__(self, *, address: str = "", workers: int = 0) -> None:
        self.address, self._count = address, workers

    def check(self) -> None:
        """Refuse where Ray is not installed or nothing answers at the address."""
        if find_spec("ray") is None:
            raise BadInput("[engine] has name = 'ray', but Ray is not installed; pip install 'ray[data]', or 'local'.")
        if self.address in ("", "auto"):
            return
        host, _, port = self.address.rpartition(":")
        if "://" in self.address or not host or not port.isdigit():
            raise BadInput(
                f"address of [engine] is {self.address!r}; give host:port of a Ray cluster that this machine is a node"
                " of, 'auto' for the one that runs here, or '' to start one."
            )
        try:
            socket.create_connection((host, int(port)), PATIENCE).close()
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise BadInput(
                f"no Ray cluster answers at address {self.address!r} of [engine] ({why}); start it, give another, or"
                " '' to start one here."
            ) from error

    def device(self) -> str:
        """A GPU where the cluster has any."""
        return "cuda" if self._resources().get("GPU", 0) >= 1 else "cpu"

    def workers(self) -> int:
        """One per GPU of the cluster, or else per core, but no more than were asked for."""
        found = self._resources()
        there = max(1, int(found.get("GPU", 0)) or int(found.get("CPU", 1)))
        return min(self._count or there, there)

    def run(self, work: str, folder: Path, parts: Sequence[int], on_answer: OnAnswer) -> None:
        """Make these parts on the cluster."""
        seen = folder.absolute() / f"seen-{uuid4().hex}"
        seen.touch()
        try:
            self._run(work, seen, parts, on_answer)
        finally:
            seen.unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing: the actors end with each run, a cluster started here with this process."""

    def _run(self, work: str, seen: Path, parts: Sequence[int], on_answer: OnAnswer) -> None:
        on_gpu, count = self.device() == "cuda", min(self.workers(), len(parts))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Ray's own deprecations
            import ray.data

            ray.data.DataContext.get_current().enable_progress_bars = False
            rows = ray.data.from_items([{"part": part} for part in parts], override_num_blocks=len(parts)).map(
                _actor(str(ROOT), work, str(seen)),
                compute=ray.data.ActorPoolStrategy(size=count),
                num_cpus=1,
                num_gpus=1 if on_gpu else None,
                ray_remote_args_fn=lambda: {"max_restarts": DEATHS, "max_task_retries": DEATHS},
            )
        _quiet()
        answers = iter(rows.iter_rows())
        try:
            for answer in answers:
                if answer["error"]:
                    raise _as_raised(answer)
                on_answer({"items": answer["items"], "cost": answer["cost"]})
                on_answer({"done": answer["part"]})
        except ray.exceptions.RayError as error:
            said = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise WorkerGone(f"the Ray workers gave up ({said})") from error
        finally:
            answers.close()  # stops the actors, whatever ended this

    def _resources(self) -> Mapping[str, float]:
        self._connect()
        import ray

        found: Mapping[str, float] = ray.cluster_resources()
        return found

    def _connect(self) -> None:
        """Join the cluster, or start one; one that this process is in already is kept, unless another is asked for."""
        self.check()
        for name, value in WHEN_STARTED.items():
            os.environ.setdefault(name, value)
        import ray

        if ray.is_initialized():
            here = ray.get_runtime_context().gcs_address
            if self.address in ("", "auto", here):
                return
            ray.shutdown()
        _quiet()
        options: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
        if self.address:
            options |= {"address": self.address}
        else:
            options |= {"address": "local", "include_dashboard": False, "_node_ip_address": "127.0.0.1"}
            options |= {"num_cpus": max(self._count, cores()), "object_store_memory": STORE}
        self._start(options)

    def _start(self, options: Mapping[str, Any], starts: int = STARTS) -> None:
        """Start or join; a machine that is busy may not be up in the time that Ray allows itself: again."""
        import ray

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ray.init(**options)
        except Exception as error:  # of many kinds; whichever it is, there is no cluster
            ray.shutdown()
            said = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
            if "timed out during startup" in said and starts > 1:
                self._start(options, starts - 1)
                return
            where = f"at {self.address!r}" if self.address else "here"
            raise BadInput(
                f"the Ray cluster {where} cannot be used: {said}; mend it, or set name = 'local'."
            ) from error


def _actor(root: str, work: str, seen: str) -> Callable[..., dict[str, Any]]:
    """The class of the actors; made here, so that it travels whole and needs none of our modules to arrive."""
    environment = ONE_THREAD | QUIET

    class Making:
        def __init__(self) -> None:
            self.maker: Any = None

        def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
            import traceback

            part, done, error = int(row["part"]), [0, 0], ("", "", "")
            try:
                if self.maker is None:
                    self.maker = self.started()
                self.maker.make(part, lambda items, cost: done.__setitem__(slice(2), [done[0] + items, done[1] + cost]))
            except Exception as met:  # as a value: whoever asked raises it anew
                error = type(met).__name__, str(met), traceback.format_exc()
            names = ("part", "items", "cost", "error", "message", "trace")
            return dict(zip(names, (part, *done, *error), strict=True))

        def started(self) -> Any:
            os.environ.update(environment)
            if root not in sys.path and Path(root).is_dir():
                sys.path.insert(0, root)
            from models.engine import maker_called
            from models.errors import Failed

            if not Path(seen).is_file():
                raise Failed(
                    f"a Ray worker on {socket.gethostname()} does not see {Path(seen).parent}; give a --cache folder"
                    " that all nodes share under one path."
                )
            maker = maker_called(work, Path(seen).parent)
            maker.draft = f".{uuid4().hex}.draft"  # two may be at one part when Ray takes a slow worker for dead
            return maker

    made: Callable[..., dict[str, Any]] = Making  # type: ignore[assignment]
    return made


def _as_raised(answer: Mapping[str, Any]) -> Exception:
    kind = RAISED.get(answer["error"])
    said = f"a Ray worker broke ({answer['error']}: {answer['message']})"
    error = kind(answer["message"]) if kind else WorkerGone(said)
    error.__cause__ = RuntimeError(answer["trace"])
    return error


def _quiet() -> None:
    """Ray tells of every restart; what matters comes back as an error."""
    for name in ("ray", "ray.data", "ray.data.dataset"):
        logging.getLogger(name).setLevel(logging.ERROR)


ENGINE = RayEngine
