"""Puts a worker together from a site: processor, sender, media, periodic work."""

from app.answer_mail import AnswerMailer
from app.current_model import CurrentReader
from app.figures import FiguresRound
from app.jobs.running import JobRunner
from app.likeness import LikenessRound, SentenceEncoder
from app.media import make_media_store
from app.notices.sending import NoticeSender
from app.periodic import Periodic
from app.reminding import ReminderRound
from app.site import Site
from app.surveys import SurveyRound
from app.themes import NounFinder, ThemesRound
from app.worker import Worker
from bot.handling import handle
from bot.media import ContentApi, MediaFetcher
from bot.processor import Processor
from bot.sender import LineApi, Sender
from feedback.ports import TextReader


def make_worker(site: Site, *, reader: TextReader | None = None) -> Worker:
    """A worker over the site's database; the classifier is loaded before the first event is taken.

    With a reader of the caller's own there is no encoder either: near-duplicates are found, meanings are not.
    """
    settings, database = site.settings, site.database
    keys = settings.key_ring()
    encoder = SentenceEncoder() if reader is None else None
    reader = reader or CurrentReader(settings, database)
    reader.read(["起動時に一度だけ読み込む"])
    store = make_media_store(settings)
    media = MediaFetcher(database, keys, ContentApi(settings), store)
    return Worker(
        processor=Processor(database, settings, keys, reader, handle),
        sender=Sender(database, keys, LineApi(settings)),
        others={
            "media": media.run_once,
            "jobs": JobRunner(database, settings, reader).run_once,
            "likeness": LikenessRound(database, encoder).run_once,
            "themes": ThemesRound(database, NounFinder()).run_once,
            "figures": FiguresRound(database).run_once,
            "reminders": ReminderRound(database).run_once,
            "surveys": SurveyRound(database, reader).run_once,
            "notices": NoticeSender(database, settings).run_once,
            "answer_mail": AnswerMailer(database, settings).run_once,
            "periodic": Periodic(database, settings, media=store).run_once,
        },
    )
