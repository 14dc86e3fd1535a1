"""Parts of the imports page; no other page knows the lake."""
