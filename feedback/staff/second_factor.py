"""The second factor of an account: a code of an authenticator app, or a recovery code, beside the password."""

import base64
import unicodedata
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.keys import KeyRing
from feedback.staff import attempts, service, totp
from feedback.staff.attempts import Origin
from feedback.staff.models import Staff
from feedback.staff.rules import Actor, Permission
from feedback.staff.service import SignIn

_PURPOSE = b"staff.totp"
_WRONG = "コードが違います。アプリに今表示されている6桁の数字を入力してください。一度使ったコードは使えません。"

_UNREADABLE = (
    "市のシステムの鍵が変わったため、この二段階認証のコードを確かめられません。"
    "控えておいた回復コードを入力するか、システム管理者に二段階認証の解除を依頼してください。"
)


def seal(secret: bytes, *, staff_id: int, keys: KeyRing) -> str:
    """A secret as it is kept: sealed for this account only."""
    return base64.b64encode(keys.encrypt(secret, purpose=_purpose(staff_id))).decode()


def unseal(sealed: str, *, staff_id: int, keys: KeyRing) -> bytes:
    """Undo `seal`. ValueError when it was sealed for somebody else or with a lost key."""
    return keys.decrypt(base64.b64decode(sealed), purpose=_purpose(staff_id))


def switch_on(session: Session, *, actor: Actor, secret: bytes, typed: str, at: datetime, keys: KeyRing) -> list[str]:
    """Ask for codes from now on; the typed one proves that the app has the secret. Returns the recovery codes.

    Only their hashes are kept. Invalid: the code is wrong, or the second factor is on already.
    """
    staff = _staff(session, actor.id)
    if staff.totp_secret is not None:
        raise Invalid("二段階認証は、すでに使われています。")
    counter = totp.accepted_counter(secret, _digits(typed), at=at, after=None)
    if counter is None:
        raise Invalid(_WRONG)
    codes = totp.new_recovery_codes()
    staff.totp_secret = seal(secret, staff_id=staff.id, keys=keys)
    staff.totp_last_counter = counter
    staff.recovery_codes = [totp.recovery_hash(one) for one in codes]
    _audit(session, staff, "staff.second_factor_on", staff_id=actor.id, at=at)
    return codes


def switch_off(session: Session, *, actor: Actor, typed: str, at: datetime, keys: KeyRing) -> None:
    """Ask for the password only, after one last code. Invalid: the code is wrong."""
    staff = _staff(session, actor.id)
    if not passes(staff, typed, at=at, keys=keys):
        raise Invalid(_refusal(staff, keys))
    _forget(staff)
    _audit(session, staff, "staff.second_factor_off", staff_id=actor.id, at=at)


def finish(session: Session, *, account_key: str, typed: str, source: Origin, at: datetime, keys: KeyRing) -> SignIn:
    """The second step of logging in, for the account whose password was right. Wrong codes count like passwords."""
    staff = session.scalar(
        select(Staff).where(Staff.fs_uniquifier == account_key, Staff.active).with_for_update(of=Staff)
    )
    if staff is None:
        return SignIn(None, "もう一度、メールアドレスとパスワードから入力してください。")
    if service.is_locked(staff, at=at) or attempts.too_many_from(session, source, at=at):
        return SignIn(None, "続けて間違えたため、ログインを止めています。しばらく待ってからお試しください。")
    if not passes(staff, typed, at=at, keys=keys):
        service.failed(session, staff, source=source, at=at)
        return SignIn(None, _refusal(staff, keys))
    service.succeeded(session, staff, at=at)
    return SignIn(staff)


def reset(session: Session, *, staff_id: int, actor: Actor, at: datetime) -> None:
    """The administrator takes the second factor off an account whose phone was lost; its sessions end."""
    if not actor.may(Permission.MANAGE_STAFF):
        raise NotAllowed("この操作をする権限がありません。")
    staff = _staff(session, staff_id)
    _forget(staff)
    staff.fs_uniquifier = service.new_session_key()
    _audit(session, staff, "staff.second_factor_reset", staff_id=actor.id, at=at)


def passes(staff: Staff, typed: str, *, at: datetime, keys: KeyRing) -> bool:
    """Whether a code, or a recovery code, is right; it is used up by that.

    Where the secret was sealed with a key that is gone, only recovery codes are.
    """
    if staff.totp_secret is None:
        return False
    secret = _secret_of(staff, keys)
    after = staff.totp_last_counter
    counter = totp.accepted_counter(secret, _digits(typed), at=at, after=after) if secret is not None else None
    if counter is not None:
        staff.totp_last_counter = counter
        return True
    kept, hashed = staff.recovery_codes or [], totp.recovery_hash(typed)
    if hashed not in kept:
        return False
    staff.recovery_codes = [one for one in kept if one != hashed]
    return True


def _secret_of(staff: Staff, keys: KeyRing) -> bytes | None:
    try:
        return unseal(staff.totp_secret or "", staff_id=staff.id, keys=keys)
    except ValueError:
        return None


def _refusal(staff: Staff, keys: KeyRing) -> str:
    return _UNREADABLE if staff.totp_secret is not None and _secret_of(staff, keys) is None else _WRONG


def _digits(typed: str) -> str:
    """What was typed, with full-width digits and spaces made plain; only ASCII can be compared in constant time."""
    plain = "".join(unicodedata.normalize("NFKC", typed).split())
    return plain if plain.isascii() else ""


def _purpose(staff_id: int) -> bytes:
    return _PURPOSE + b":" + str(staff_id).encode()


def _forget(staff: Staff) -> None:
    staff.totp_secret = staff.totp_last_counter = staff.recovery_codes = None


def _staff(session: Session, staff_id: int) -> Staff:
    staff = session.get(Staff, staff_id, with_for_update={"of": Staff}, populate_existing=True)
    if staff is None:
        raise NotFound("職員が見つかりません。")
    return staff


def _audit(session: Session, staff: Staff, action: str, *, staff_id: int, at: datetime) -> None:
    audit.record(session, at=at, staff_id=staff_id, action=action, subject_type="staff", subject_id=staff.id)
