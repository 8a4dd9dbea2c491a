"""The people who work here, what they may do, and who did what."""
