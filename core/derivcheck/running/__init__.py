"""Running the check over a stream of cases: in what pieces, in which process, in which order."""
