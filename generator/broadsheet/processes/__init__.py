"""Child processes, worker pools and threads that do not outlive the program."""
