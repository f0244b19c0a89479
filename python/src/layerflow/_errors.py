"""What goes wrong, in one sentence."""


class LayerflowError(RuntimeError):
    """A model that cannot be expressed, a file that cannot be read, a program that is missing: the reason as text."""
