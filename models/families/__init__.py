"""One kind of encoder per file; each exports FAMILY."""
