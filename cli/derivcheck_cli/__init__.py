"""The derivcheck command line."""
