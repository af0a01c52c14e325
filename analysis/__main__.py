"""The pipeline without a browser: `python -m analysis run | list | open | reproduce` (README, "The command line")."""

import argparse
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.errors import BadInput, Failed

DONE, FAILED, BAD_INPUT = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Run a command; its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    debug: bool = getattr(options, "debug", False)
    try:
        status: int = options.command(options)
    except BadInput as error:
        return _say(error, BAD_INPUT, debug)
    except Failed as error:
        return _say(error, FAILED, debug)
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; what was finished is kept, run again to go on\n")
        return FAILED
    except BrokenPipeError:
        return FAILED
    except Exception as error:
        return _say(error, FAILED, debug)
    return status


def _say(error: Exception, status: int, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    expected = isinstance(error, BadInput | Failed)
    sentence = str(error) if expected else f"{type(error).__name__}: {error} (run with --debug for more)"
    sys.stderr.write(f"error: {' '.join(sentence.split())}\n")
    return status


def _run(options: argparse.Namespace) -> int:
    from analysis.run import Failure, open_study, run

    failures: list[Failure] = []
    pipeline = open_study(options.study, cache=options.cache)
    numbers = run(pipeline, options.out, vectors=options.vectors, progress=_Line(), failures=failures)
    for complaint in pipeline.store.complaints:
        sys.stderr.write(f"note: {complaint}\n")
    clear = "\r\033[K" if sys.stderr.isatty() else ""
    sys.stderr.write(f"{clear}{len(numbers)} numbers in {options.out}\n")
    for failure in failures:
        sys.stderr.write(f"error: {failure.sentence}\n")
    return FAILED if failures else DONE


class _Line:
    """Progress on one line of a terminal, or one line an ask elsewhere."""

    def __init__(self) -> None:
        self.last = ""
        self.terminal = sys.stderr.isatty()

    def __call__(self, done: int, total: int, message: str) -> None:
        line = f"{done + 1} of {total}: {message}"
        if self.terminal:
            sys.stderr.write(f"\r\033[K{line[:160]}")
        elif line.split(": ")[:2] != self.last.split(": ")[:2] or "from a sample" in line:
            sys.stderr.write(line + "\n")
        self.last = line
        sys.stderr.flush()


def _list(options: argparse.Namespace) -> int:
    from analysis import registry
    from analysis.anchors.measurement import ANCHORS

    kinds: dict[str, Mapping[str, Any]] = {
        "dataset": registry.sources(),
        "encoder": registry.families(),
        "index": registry.indexes(),
        "projection": registry.projections(),
        "analysis": registry.analyses(),
        "comparison": registry.comparisons(),
        "metrics": registry.metric_sources(),
        "transferability": registry.estimators(),
        "task": registry.task_methods(),
        "graph": registry.graph_sources(),
        "alignment": registry.alignments(),
        "anchors": {ANCHORS.name: ANCHORS},
        "objective": registry.objectives(),
        "synthetic": registry.generators(),
        "sequence": registry.sequence_tasks(),
    }
    for kind, plugins in kinds.items():
        for plugin in plugins.values():
            sys.stdout.write(f"{kind}\t{plugin.name}\t{plugin.version}\t{plugin.title}\n")
    return DONE


def _open(options: argparse.Namespace) -> int:
    from analysis.opening import serve

    return serve(options.things, cache=options.cache, roots=options.root, headless=options.headless, port=options.port)


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _reproduce(options: argparse.Namespace) -> int:
    from analysis.reproductions.command import reproduce, reproduce_anchor
    from analysis.run import default_cache

    cache = options.cache.expanduser().resolve() if options.cache else default_cache()
    if options.paper == "anchor":
        reproduce_anchor(options.size, options.out, cache, _tell, models=options.model, texts=options.text)
        return DONE
    if options.model or options.text:
        raise BadInput("--model and --text are of `reproduce anchor`; leave them out.")
    reproduce(options.paper, options.size, options.out, cache, _tell)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    run = commands.add_parser("run", help="a whole study, headless and resumable")
    run.add_argument("study", type=Path, metavar="STUDY.toml")
    run.add_argument("--out", type=Path, required=True, metavar="DIR", help="receives numbers, tables, figures")
    run.add_argument("--cache", type=Path, metavar="DIR", help="where results are kept for the next run")
    run.add_argument("--vectors", action="store_true", help="write the vectors of every space too")
    run.add_argument("--debug", action="store_true", help="show tracebacks")
    run.set_defaults(command=_run)

    listing = commands.add_parser("list", help="every plug-in, one a line: kind, name, version, title")
    listing.set_defaults(command=_list)

    opening = commands.add_parser("open", help="a dashboard on a study, a table, vectors, or a folder of checkpoints")
    opening.add_argument("things", nargs="+", metavar="THING")
    opening.add_argument("--cache", type=Path, metavar="DIR")
    opening.add_argument(
        "--root", type=Path, action="append", default=[], metavar="FOLDER", help="the browser may read it"
    )
    opening.add_argument("--port", type=int, metavar="N", help="of the dashboard; else the first free one from 8501")
    opening.add_argument("--headless", action="store_true", help="print the address, open no browser")
    opening.add_argument("--debug", action="store_true", help="show tracebacks")
    opening.set_defaults(command=_open)

    reproducing = commands.add_parser("reproduce", help="a paper's figures beside its published numbers")
    reproducing.add_argument("paper", choices=["sipt", "anchor", "synthetic"])
    reproducing.add_argument("--size", choices=["tiny", "small", "full"], default="small")
    reproducing.add_argument("--out", type=Path, metavar="DIR", help="receives tables and numbers")
    reproducing.add_argument("--cache", type=Path, metavar="DIR", help="where finished runs are kept")
    for name, what in (("--model", "anchor: a language model's folder"), ("--text", "anchor: a text to ask it on")):
        reproducing.add_argument(name, type=Path, action="append", default=[], metavar="PATH", help=what)
    reproducing.add_argument("--debug", action="store_true", help="show tracebacks")
    reproducing.set_defaults(command=_reproduce)

    return parser


if __name__ == "__main__":
    sys.exit(main())
