"""Why a gradient is what it is: torch's tape beside the exact one, the operation to blame, and what helps."""
