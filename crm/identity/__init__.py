"""Which records are of one person, and what follows when they are joined: decision 30."""
