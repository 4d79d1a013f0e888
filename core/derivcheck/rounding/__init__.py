"""What rounding explains, and where a format's range ends."""
