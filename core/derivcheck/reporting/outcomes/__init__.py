"""What Results come to: a case's status against what it expects, tallies, exit codes."""
