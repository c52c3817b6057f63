"""The command `gearexe-spec`: one module per command."""
