"""The buttons that several flows share."""

from typing import Final

from bot.conversation.replies import Choice

AGREE: Final = Choice("button.agree", "agree")
AGREE_AND_SEND: Final = Choice("button.agree_and_send", "agree")
REFUSE: Final = Choice("button.refuse", "refuse")
STATUS: Final = Choice("button.status", "status")
WRITE: Final = Choice("button.write", "write")
CONTACT: Final = Choice("button.contact", "contact")
PRIVACY: Final = Choice("button.privacy", "privacy")
PROFILE: Final = Choice("button.profile", "profile")
HELP: Final = Choice("button.help", "help")
MENU: Final = Choice("button.menu", "menu")
STOP: Final = Choice("button.stop", "stop")
CAMERA: Final = Choice("button.camera", opens="camera")
PHOTOS: Final = Choice("button.photos", opens="cameraRoll")
PLACE: Final = Choice("button.place", opens="location")

SURVEYS: Final = Choice("button.surveys", "survey")

PICK: Final = Choice("button.pick", "pick", about=True)
ADD: Final = Choice("button.add", "add", about=True)
WITHDRAW: Final = Choice("button.withdraw", "withdraw", about=True)

HELPFUL: Final = Choice("button.helpful", "helpful", about=True)
UNHELPFUL: Final = Choice("button.unhelpful", "unhelpful", about=True)
NO_COMMENT: Final = Choice("button.no_comment", "stop")

MAIN: Final = (WRITE, STATUS, SURVEYS, CAMERA, PHOTOS, PROFILE, PRIVACY, CONTACT, HELP)
"""What one can do here, offered where nothing else is more fitting."""
