"""A case at many points: the proven matches are found for all of them at once."""
