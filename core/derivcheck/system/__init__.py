"""How we deal with the operating system, the interpreter, and the runners of a CI."""
