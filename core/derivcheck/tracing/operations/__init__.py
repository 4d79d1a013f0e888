"""What each operation of torch makes of its arguments' nodes."""
