"""When they stay, in which room, and where the booking came from."""
