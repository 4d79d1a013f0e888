"""What becomes of Results: tables, files, exit codes, baselines."""
