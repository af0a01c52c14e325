"""One way to find nearest neighbours per file; each exports INDEX."""
