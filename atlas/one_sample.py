"""Looks at one of torch's own samples of an operation again, with the exact gradcheck, and prints what it finds.

    python atlas/one_sample.py OPERATION SAMPLE FORMAT [DEVICE]

OPERATION is an entry of torch's table of operations, SAMPLE the number that the atlas has for it.
"""

from __future__ import annotations

import argparse
import warnings

import torch
from atlas_looks import MOST_INPUTS, sample_reports
from operation_samples import entries, samples

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.numbers import DType


def main() -> None:
    """Print the reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("operation")
    parser.add_argument("sample", type=int)
    parser.add_argument("format", choices=[str(dtype) for dtype in DType])
    parser.add_argument("device", nargs="?", default="cpu")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    (op,) = [one for one in entries([options.operation]) if one.full_name == options.operation]
    dtype = TORCH_DTYPES[DType.named(options.format)]
    for sample in samples(op, MOST_INPUTS, dtype, options.device):
        if sample.number == options.sample:
            print(sample.summary)
            for _, report in sample_reports(sample):
                print(report if isinstance(report, Exception) else report.text)


if __name__ == "__main__":
    main()
