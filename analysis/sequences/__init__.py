"""Sequence-to-sequence tasks that need no download, made from installed source code: one a file, as SEQUENCE_TASK."""
