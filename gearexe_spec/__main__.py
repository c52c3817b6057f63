"""`python -m gearexe_spec` is the command `gearexe-spec`."""

from gearexe_spec.cli import main

if __name__ == "__main__":
    main()
