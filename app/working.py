"""Puts a worker together from a site: processor, sender, media, periodic work."""

from app.jobs.running import JobRunner
from app.media import make_media_store
from app.periodic import Periodic
from app.reading import ClassifierReader
from app.site import Site
from app.worker import Worker
from bot.handling import handle
from bot.media import ContentApi, MediaFetcher
from bot.processor import Processor
from bot.sender import LineApi, Sender
from feedback.ports import TextReader


def make_worker(site: Site, *, reader: TextReader | None = None) -> Worker:
    """A worker over the site's database; the classifier is loaded before the first event is taken."""
    settings, database = site.settings, site.database
    keys = settings.key_ring()
    reader = reader or ClassifierReader(settings.model_dir)
    reader.read(["起動時に一度だけ読み込む"])
    media = MediaFetcher(database, keys, ContentApi(settings), make_media_store(settings))
    return Worker(
        processor=Processor(database, settings, keys, reader, handle),
        sender=Sender(database, keys, LineApi(settings)),
        others={
            "media": media.run_once,
            "jobs": JobRunner(database, settings, reader).run_once,
            "periodic": Periodic(database, settings).run_once,
        },
    )
