"""The executable formal specification of Gear.exe."""

__version__ = "0.1.0"
