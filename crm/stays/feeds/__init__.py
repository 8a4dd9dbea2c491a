"""Bookings that other systems tell by themselves, as they change."""
