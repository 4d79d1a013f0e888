"""The check list for functions of tensors: the function beside its formula at points with shapes, and the items."""
