import re

NAMED = re.compile(r"configs/components/o\.yaml")
