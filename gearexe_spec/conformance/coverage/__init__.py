"""The map from rule to function to vector to oracle, and the check that nothing is missing in it.

Chapters define rules, docstrings name them, and every vector is replayed under a trace that sees which functions run
and which rejections are raised. So the map is made, never kept by hand. What no vector meets is explained, one
sentence each, in `explained.toml`.

Rules: VEC-37, VEC-38.
"""
