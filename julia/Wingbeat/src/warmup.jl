# Compiled ahead where Julia can keep it.
