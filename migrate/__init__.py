"""A codemod engine for trees of training configs."""
