"""What the house costs: `python -m tests.bench [names] [--quick | --full] [--write]`."""
