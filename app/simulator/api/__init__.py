"""The Messaging API stand-in: LINE's api and data hosts in one."""
