"""One source of samples per file; each exports DATASET."""
