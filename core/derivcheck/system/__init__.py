"""What the operating system, the interpreter and the runner of a CI ask of a program."""
