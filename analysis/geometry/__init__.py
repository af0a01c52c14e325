"""One question about one space per file; each exports ANALYSIS."""
