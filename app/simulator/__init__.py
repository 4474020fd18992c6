"""A LINE stand-in over real HTTP: Messaging API, webhook sender, and phones in the browser.

Start it with :func:`app.simulator.server.serve`, drive it from tests with
:class:`app.simulator.client.SimulatorClient`. Everything is kept in memory and forgotten at the end.
"""
