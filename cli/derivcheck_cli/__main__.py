"""`python -m derivcheck_cli`."""

import sys

# For `-m`, Python puts the working directory first: a torch.py that lies there would be imported in torch's place.
if not sys.flags.safe_path:
    del sys.path[0]

from derivcheck_cli.start import main

main()
