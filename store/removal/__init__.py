"""What goes: after its time, or because somebody asks."""
