"""Words that tell whether a surname or a given name stands for a person, and names that are nobody's secret."""

import re
import tomllib
from importlib import resources

_WORDS = {
    name: tuple(words.split())
    for name, words in tomllib.loads(
        resources.files("classifier.lexicon").joinpath("names.toml").read_text(encoding="utf-8")
    ).items()
}
TITLES = _WORDS["titles"]
EVERYDAY = frozenset(_WORDS["everyday"])
PLACES = frozenset(_WORDS["places"])
NEVER_TITLED = frozenset(_WORDS["never_titled"])
SURNAMES_IN_YA = frozenset(_WORDS["ending_like_a_shop"])
KATAKANA_NOBODY = _WORDS["katakana_nobody"]
SURNAMES_IN_KANA = _WORDS["surnames_in_kana"]
_KNOWN = frozenset(_WORDS["known"])

RELATIVES = (
    r"(?:息子|娘|長男|次男|三男|長女|次女|三女|孫|ひ孫|妻|夫|主人|旦那|家内|嫁|婿|兄|姉|弟|妹|母|父|祖母|祖父|義母|義父"
    r"|叔父|叔母|伯父|伯母|甥|姪|双子|うちの子|子ども|友人|同僚)"
)

# What makes a building, a firm or a place of the name before it.
_NAMED_AFTER = re.compile(
    r"[ ]?(?:工務店|建設|商店|商会|産業|工業|製作所|製薬|製菓|電気|電機|自動車|不動産|病院|医院|クリニック|内科|外科"
    r"|歯科|眼科|整形|小児科|薬局|酒店|米店|書店|食堂|屋|店|公園|小学校|中学校|高校|学園|大学|幼稚園|保育園|こども園"
    r"|記念|美術館|博物館|文庫|神社|橋|駅|通り|団地|交差点|踏切|バス停|団|邸|城|寺|川|山|池|町|市|区|村|郡|県|丁目|地区|方面|線|系)"
)
_WORKS = re.compile(
    r"(?:の|が書いた|ゆかり)(?:ゆかり|作品|童話|詩|小説|本|絵|歌|曲|書|俳句|短歌|生誕|生家|墓|展|映画|講演|コンサート|ライブ"
    r"|像|銅像|碑|祭り|まつり)"
)


def is_public(name: str, after: str) -> bool:
    """Whether the name is history's, or names a firm, a building or a place, or someone's works are meant."""
    return name.replace(" ", "") in _KNOWN or bool(_NAMED_AFTER.match(after) or _WORKS.match(after))
