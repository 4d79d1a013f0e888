"""`python -m derivcheck_cli`."""

from derivcheck_cli.app import main

main()
