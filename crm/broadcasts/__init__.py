"""What is said to many at once."""
