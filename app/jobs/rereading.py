"""The job that reads all stored opinions again with the model in force. It goes on where its payload says."""

from typing import Any

from app.current_model import CurrentReader
from app.jobs.registry import Outcome, Work
from feedback.audit import service as audit
from feedback.errors import Invalid
from feedback.jobs import service as jobs
from feedback.learning import rereading


def reread(work: Work) -> Outcome:
    """Read chunk by chunk; readings and the place reached are one transaction, so that no row comes twice."""
    reader = work.reader
    if reader is None:
        raise Invalid("読み直しには分類モデルが必要です。")
    if isinstance(reader, CurrentReader):
        reader.refresh()
    payload: dict[str, Any] = {"version": "", "after": 0, "done": 0, "changed": 0} | work.job.payload
    with work.database.read() as session:
        payload.setdefault("up_to", rereading.newest(session))
        total = rereading.count(session, up_to=payload["up_to"])
    while True:
        if payload["version"] != reader.version:
            # At the beginning, or when another model came into force: what the earlier one said is out of date.
            payload |= {"version": reader.version, "after": 0, "done": 0, "changed": 0}
            work.progress(0, total=total, payload=payload)
        with work.database.read() as session:
            stored = rereading.chunk(session, after=payload["after"], up_to=payload["up_to"])
        if not stored:
            break
        worded = [one for one in stored if one.text]
        readings = dict(zip((one.id for one in worded), reader.read([one.text for one in worded]), strict=True))
        with work.database.write() as session:
            payload["changed"] += rereading.write(session, worded, readings, at=work.clock())
            payload |= {"after": stored[-1].id, "done": payload["done"] + len(stored)}
            jobs.progress(session, work.job, done=payload["done"], now=work.clock(), total=total, payload=payload)
    with work.database.write() as session:
        audit.record(
            session,
            at=work.clock(),
            staff_id=work.job.created_by_id,
            action="opinions.reread",
            subject_type="job",
            subject_id=work.job.id,
            detail={"version": payload["version"], "read": payload["done"], "changed": payload["changed"]},
        )
    told = (
        f"{payload['done']:,}件を {payload['version']} で読み直し、{payload['changed']:,}件の読み取りが変わりました。"
    )
    return Outcome(f"{told}分野と担当課は変えていません。", payload)
