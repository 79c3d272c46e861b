"""Run `train.py --config configs/components/o.yaml`."""

EPILOG = """examples:
  train.py --config configs/components/o.yaml
"""
parser = argparse.ArgumentParser(
    epilog=textwrap.dedent("""try this:
        %(prog)s --config configs/components/o.yaml"""),
    description="takes configs/train/p.yaml " "where nothing is said",
)
parser.add_argument("--config", default="configs/train/p.yaml", help="such as configs/train/p.yaml, or so")
if not known:
    raise ValueError(f"{known} is no config, see configs/components/o.yaml")
logger.info("like %s of configs/train/p.yaml", run("python train.py configs/train/p.yaml"))
subprocess.run("""
python train.py --config configs/components/o.yaml
""", shell=True)
HELP = "configs/train/p.yaml"
command = "python train.py configs/train/p.yaml"
raise Rerun("configs/train/p.yaml")
