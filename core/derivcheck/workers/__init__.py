"""Processes that work under supervision: started safely, watched, killed, and ended with their parent.

A `Child` asks a process, listens to it, and kills it where it takes more than its `Allowance`; a `Stop` says how it
ended. Both kinds import nothing from the working directory (`safe_path`), keep stdout for messages, and end
with their parent (`serving`). They differ in how they begin:

* `Forked`, for the many cases of a batch: a server imports torch and SymPy once, and each worker is there at once.
* `Fresh`, for one function of the user's own: a new Python needs neither a server nor its folder, and does not run the
  user's script once more, as `multiprocessing` does. The parent loads no torch.
"""
