"""The system calls of Gear.exe: how one proceeds, and what each does."""
