"""What the tests share: case folders, the command in process, a reader that is not ours."""
