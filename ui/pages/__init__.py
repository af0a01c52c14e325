"""One page per file, each a thin function `page()`."""
