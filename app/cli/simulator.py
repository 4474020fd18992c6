"""``machikoe simulator``: the LINE stand-in by itself."""

import click

from app.simulator.settings import SimulatorSettings


@click.command("simulator")
@click.option("--bind", default="127.0.0.1:8400", show_default=True, metavar="HOST:PORT", help="Address.")
@click.option("--webhook-url", default="", metavar="URL", help="The bot's webhook; the bot may set it too.")
@click.option("--channel-secret", required=True, envvar="MACHIKOE_LINE_CHANNEL_SECRET", help="Signs webhooks.")
@click.option(
    "--channel-access-token",
    required=True,
    envvar="MACHIKOE_LINE_CHANNEL_ACCESS_TOKEN",
    help="What the bot must present.",
)
@click.option("--staff-url", default="", metavar="URL", help="Link to the staff admin, shown on the page.")
@click.option("--bot-name", default="まちこえ市", show_default=True, help="The account's name on the phones.")
@click.option("--monthly-quota", type=click.IntRange(0), help="Pushes a month; without it there is no limit.")
@click.option("--redelivery/--no-redelivery", default=False, help="Send again what the bot did not take.")
def command(
    *,
    bind: str,
    webhook_url: str,
    channel_secret: str,
    channel_access_token: str,
    staff_url: str,
    bot_name: str,
    monthly_quota: int | None,
    redelivery: bool,
) -> None:
    """Serve phones in the browser that talk to the bot as LINE would.

    For demonstrations and tests on this machine only: whoever reaches the address can play every citizen.
    """
    from app.simulator.server import serve

    settings = SimulatorSettings(
        channel_secret=channel_secret,
        channel_access_token=channel_access_token,
        webhook_url=webhook_url,
        staff_url=staff_url,
        bot_name=bot_name,
        monthly_quota=monthly_quota,
        redelivery=redelivery,
    )
    click.echo(f"LINE simulator: http://{bind}/  (webhooks to {webhook_url or 'the address the bot sets'})")
    serve(bind, settings)
