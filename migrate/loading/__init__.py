"""The trainer's own loader, the graph of who extends whom, and the dataset layer."""
