"""The fuzzer: random programs, misuse and threads, by seed. `python -m fuzz --help` in tests/.

Each kind is a module with a function `failure(seed)` that tries one case and gives None, or the text
to print: what is wrong, and a short program that shows it.
"""
