"""What helps those who write a plugin: cases, scaffolds, drift.

Nothing is imported here: the pytest plugin lies in this package, and pytest loads it in every project that installs us.
"""
