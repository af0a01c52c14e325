"""One place for heavy work per file; each exports ENGINE."""
