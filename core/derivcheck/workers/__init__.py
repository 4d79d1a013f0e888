"""Processes that work under supervision: started safely, watched, killed, and ended with their parent."""
