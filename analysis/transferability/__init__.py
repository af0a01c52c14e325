"""Estimators of what fine-tuning a checkpoint would gain, one per file: export ESTIMATOR."""
