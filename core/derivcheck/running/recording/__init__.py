"""What a run leaves in a file: written, resumed, and given again."""
