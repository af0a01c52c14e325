"""One pre-training objective per file; each exports OBJECTIVE."""
