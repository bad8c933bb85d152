"""What the program costs, in time, memory and bytes, as archives grow, and beside other generators: ``make bench``."""
