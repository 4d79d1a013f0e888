"""What is to blame for a gradient: found on the tape of a run, where torch's numbers stand beside the exact ones."""
