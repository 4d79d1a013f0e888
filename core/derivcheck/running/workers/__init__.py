"""Processes that check under supervision: started, watched, killed and replaced."""
