"""Messages that say nothing to the city: greetings, thanks, tests, commands, advertising.

Careful by intention: an opinion must never be taken for chatter, so a class is given only when, after the
phrases of that class, nothing is left. Advertising needs two signs.
"""

import re

from classifier.lexicon import word_lists
from classifier.normalise import normalise

_DECORATION = re.compile(r"[^\wぁ-んァ-ヶー一-龥々가-힣]+|_+")
_FILLER = re.compile(
    r"(?:です|でした|ます|ました|して|いる|いて|い|ね|よ|な|わ|の|は|が|も|と|を|に|か|こ|ー|さん|様|皆|市役所|役場|市長|職員|方|担当|どうも|いつも|本当|ほんま|"
    r"ほんと|とても|すごく|大変|誠|早速|すばやい|丁寧|忙しい|ところ|返信|返事|対応|回答|連絡|お|ご|御|こちら|そ|これから|今後とも|今年|今|また|あの|えっと|"
    r"はい|はーい|うん|それでは|では|じゃあ|いたし|申し上げ|失礼|えらい|中|用|済み|待って|おかげ|早く|遅く|朝|夜|休日|夜分|突然|お休み|笑|w|汗|涙|m)+"
)


def _phrases(name: str) -> re.Pattern[str]:
    listed = word_lists("chatter")[name]
    return re.compile("|".join(re.escape(phrase) for phrase in sorted(listed, key=len, reverse=True)))


_GREETING, _THANKS, _TEST, _COMMAND = (_phrases(name) for name in ("greeting", "thanks", "test", "command"))
_KEYS_PRESSED = re.compile(r"([^一-龥])\1*|[a-z]|[ぁ-んァ-ヶ]")
_FEW_DIGITS = re.compile(r"[\d ]{1,7}")
_LINK = re.compile(
    r"https?://|\b[\w-]+\.(?:example|com|net|link|xyz|top|shop|site)\b|\burl\b|line交換|友だち追加は|dmで|テレグラム|telegram|加微信"
)
_SALES = tuple(
    re.compile(expression)
    for expression in (
        r"無料(?:査定|鑑定|配布|体験|予想|点検|プレゼント)|査定無料|相談無料|完全無料|送料無料|激安|格安|半額|初回\d+円|今なら|今だけ|限定\d+名|先着順|キャンペーン中?",
        r"副業|在宅ワーク|日給\d|月収|高収入|稼げ|儲か|不労所得|脱サラ|投資グループ|自動売買|fx|元本保証|仮想通貨|usdt|nft|バイナリー|カジノ|競馬必勝|的中率",
        r"融資ok|審査なし|即日融資|現金化|当選おめでとう|当たりました|受け取りください|アカウントは停止|認証してください|会員費.{0,8}未払い|法的手続き",
        r"弊社|当社|貴社|採用単価|成果報酬|お見積り?無料|運用代行|ポスティングいたします|お任せください|ご採用いただけませんか|掲載代行|新サービスのご案内",
        r"買い取ります|買取|不用品回収|遺品整理|外壁塗装|屋根の無料|足場代|ウォーターサーバー|新電力へ|電気代が下がる|保険の見直し|モデルルーム",
        r"マッチング|会える子|裏垢|人妻|セフレ|出会い|女子の動画|🔞|💋|占い師|開運|パワーストーン|教祖",
        r"earn \$|click here|million dollars|casino|bitcoin|viagra|free money|wish to transfer",
        r"フォロワー.{0,6}(?:万人|増や)|相互フォロー|チャンネル登録|口コミを増やし|被リンク|10人に回すと|返信だけで|モニター募集|サプリ|マイナス\d+kg|血糖値が下がる",
    )
)
_TO_THE_CITY = re.compile(
    r"相談|勧められ|だまされ|騙され|振り込んだ|怪しい|あやしい|本当ですか|偽物|困って|迷惑|詐欺|注意(?:して|喚起)|対策|取り締ま|市(?:は|が|の|で|に|役所)|してほしい|して下さい|してください|ですか|と思い|親|子ども"
)
_LONGEST_CHATTER = 60


def _is_spam(spelled: str) -> bool:
    if _TO_THE_CITY.search(spelled):
        return False
    return sum(bool(sign.search(spelled)) for sign in _SALES) + bool(_LINK.search(spelled)) >= 2


def _left_over(bare: str) -> str:
    return _FILLER.sub("", bare).replace(" ", "")


def _said_only(bare: str, *phrases: re.Pattern[str]) -> bool:
    rest = bare
    for expression in phrases:
        rest = expression.sub(" ", rest)
    return rest != bare and not _left_over(rest)


def _meaningless(spelled: str, bare: str) -> str | None:
    if not bare:
        pictures = any(ord(character) > 0x2190 and not character.isascii() for character in spelled)
        return "greeting" if pictures and not re.fullmatch(r"[。、・…ー!?\s]+", spelled) else "test"
    return "test" if _KEYS_PRESSED.fullmatch(bare) or _FEW_DIGITS.fullmatch(bare) else None


def chatter_class(text: str) -> str | None:
    """``greeting``, ``thanks``, ``test``, ``command`` or ``spam``; None when the text may be an opinion."""
    spelled = normalise(text)
    if not spelled:
        return None
    if _is_spam(spelled):
        return "spam"
    if len(spelled) > _LONGEST_CHATTER:
        return None
    bare = _DECORATION.sub(" ", spelled).strip()
    meaningless = _meaningless(spelled, bare)
    if meaningless:
        return meaningless
    if _COMMAND.fullmatch(bare):
        return "command"
    for name, phrases in (("test", (_TEST,)), ("greeting", (_GREETING,)), ("thanks", (_THANKS, _GREETING))):
        if _said_only(bare, *phrases):
            return name
    return None
