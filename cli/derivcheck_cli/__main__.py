"""`python -m derivcheck_cli`."""

from derivcheck_cli.entry import main

main()
