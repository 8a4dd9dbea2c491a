"""What other systems tell us by themselves: bookings as they change."""
