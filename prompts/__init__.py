"""What is said, shown and listened for."""
