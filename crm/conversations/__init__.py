"""Who speaks on which channel, what was said, and what is to be said."""
