"""The reading in double words: numbers at many points at once, twice as long as a float64, each with a proven bound."""
