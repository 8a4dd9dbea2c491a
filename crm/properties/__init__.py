"""The houses, their rooms, and the services they offer."""
