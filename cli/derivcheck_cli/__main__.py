"""`python -m derivcheck_cli`."""

from derivcheck_cli.start import main

main()
