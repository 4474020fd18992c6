"""`machikoe demo`: a whole city to try, without a LINE account."""

import shutil
import socket
import sys
import threading
from pathlib import Path

import click


@click.command()
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".data/demo"),
    show_default=True,
    help="Where the demonstration keeps its data.",
)
@click.option("--public-port", default=8410, show_default=True, help="Port of the public application.")
@click.option("--staff-port", default=8420, show_default=True, help="Port of the staff application.")
@click.option("--simulator-port", default=8400, show_default=True, help="Port of the LINE simulator.")
@click.option("--reset", is_flag=True, help="Forget the earlier demonstration and begin anew.")
def demo(*, data_dir: Path, public_port: int, staff_port: int, simulator_port: int, reset: bool) -> None:
    """Start a demonstration city with a LINE simulator in the browser."""
    from app import logging
    from app.demo.starting import Ports, prepare, run

    logging.configure("WARNING")
    ports = Ports(public_port, staff_port, simulator_port)
    for port in (public_port, staff_port, simulator_port):
        _check_free(port)
    folder = data_dir.absolute()
    if reset and folder.exists():
        shutil.rmtree(folder)
    click.echo("まちこえ市を準備しています（初回は数十秒かかります）…")
    prepared = prepare(folder, ports)
    ready = threading.Event()

    def announce() -> None:
        ready.wait()
        click.echo()
        click.echo("  市民として書いてみる（LINEシミュレーター）  " + f"http://127.0.0.1:{simulator_port}/")
        click.echo("  職員として見る（職員用画面）                " + f"http://127.0.0.1:{staff_port}/")
        click.echo()
        for email, password, role in prepared.accounts:
            click.echo(f"    {email:<28} {password:<22} {role}")
        click.echo()
        click.echo(f"  送った電子メールは {folder / 'mail'} に、一通ずつファイル（.eml）で残ります。")
        click.echo("  Ctrl+C で終わります。データは " + f"{folder} に残ります（--reset で作り直し）。")

    threading.Thread(target=announce, daemon=True).start()
    sys.exit(run(prepared, ports, ready=ready))


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(
                f"port {port} is in use. Stop what uses it, or choose others with --public-port, --staff-port, "
                "--simulator-port."
            ) from error
