"""How fast the synthetic tasks come, on one core, with the paper's settings.

Beside what a tiny trainer reads: 32 records in a step of 50 ms, the fastest that was measured for a T5 of 0.3 M weights
on one core. Each generator should be at least twice as fast. Run: python -m benchmarks.generators [--seconds 1]
"""

import argparse
import time
from itertools import islice

from analysis.registry import generators
from models.pretraining.synthetic.generator import Generator, stream

CONSUMED = 32 / 0.05  # records a second


def rate(generator: Generator, seconds: float) -> tuple[float, float]:
    """Records a second, and their mean length."""
    tokens = records = 0
    source = stream(generator, seed=0)
    next(source)
    start = time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for record in islice(source, 50):
            tokens += len(record.input) + len(record.output)
            records += 1
    return records / spent, tokens / records


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0)
    seconds = parser.parse_args().seconds
    print("| task | records/s | tokens a record | times what a tiny trainer reads |\n| --- | --- | --- | --- |")
    for name, generator in generators().items():
        found, length = rate(generator, seconds)
        print(f"| {name} | {found:,.0f} | {length:.0f} | {found / CONSUMED:.1f} |", flush=True)


if __name__ == "__main__":
    main()
