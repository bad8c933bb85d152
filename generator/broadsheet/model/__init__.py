"""The things that the program is about: papers, receipts, publications, their ids, and diagnostics."""
