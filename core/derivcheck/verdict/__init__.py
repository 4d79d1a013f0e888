"""The verdict: what the numbers of torch are worth beside the truth."""
