"""The hunt: searches a range of numbers for the inputs at which torch's gradient is wrong, or loses most digits."""
