"""Hugging Face's Trainer as a peer: one silent training on ready data, and how long it took."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.float64]  # of CPU, and of the clock


def now() -> Seconds:
    """What has gone by."""
    return np.array([time.process_time(), time.perf_counter()])


def trained(
    folder: Path, model: Any, data: Any, collate: Any, *, optimizers: Any = (None, None), **said: Any
) -> Seconds:
    """What a training takes; `said`: further arguments of the Trainer's."""
    from transformers import PrinterCallback, Trainer, TrainingArguments

    arguments = TrainingArguments(
        output_dir=str(folder), logging_strategy="no", report_to="none", disable_tqdm=True, **said
    )
    trainer = Trainer(model=model, args=arguments, train_dataset=data, data_collator=collate, optimizers=optimizers)
    trainer.remove_callback(PrinterCallback)
    start = now()
    trainer.train()
    return now() - start
