"""The executor that checks in worker processes on this machine, and what travels between them."""
