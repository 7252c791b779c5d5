"""Many captures: from archives to output files, with an account of every one."""
