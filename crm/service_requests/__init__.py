"""Service requests: asked, accepted, on the way, done, rated."""
