"""Practised failures of the real program: `python -m tests.drills crash|replicas|faults [--short] [--database …]`."""
