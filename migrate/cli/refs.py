"""`migrate refs`."""

from __future__ import annotations

import click

from migrate.cli.complete import complete_config
from migrate.cli.context import Context, pass_context
from migrate.cli.options import jobs_option
from migrate.commands.refs import refs as run
from migrate.errors import DONE
from migrate.plan import plan_files
from migrate.report.refs import pointing_lines, reference_data
from migrate.workspace.parallel import workers


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=complete_config)
@jobs_option
@pass_context
def refs(context: Context, paths: tuple[str, ...], jobs: int) -> int:
    """Who points at these configs: code, scripts, notebooks, docs, other configs.

    A PATH may also be a preset's name. A folder or a glob stands for all configs in it, a folder
    for itself too; without a path, every config is looked for. Files that the plans exclude are not
    searched.

    \b
    Example:
      migrate refs configs/train/grpo/dense_2048.yaml
      migrate refs 'configs/train/**/*_2048.yaml'
    """
    context.recover()
    workspace = context.workspace
    planned = any(plan_files(workspace.tree, workspace.layout.plans))
    exclude = workspace.plans.exclude if planned else ()
    with workers(jobs) as crew:
        found = run(workspace, paths, crew, exclude)
    if context.as_json:
        data = [reference_data(one) for one in found.references]
        context.give(
            {
                "targets": list(found.targets),
                "folders": list(found.folders),
                "implicit": list(found.implicit),
                "references": data,
            }
        )
    else:
        context.say_lines(pointing_lines(found, bool(paths), context.paint))
    return DONE
