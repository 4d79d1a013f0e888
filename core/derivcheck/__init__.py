"""derivcheck: a referee between a formula and a gradient."""
