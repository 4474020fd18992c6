"""What the staff of the demonstration write: notes, reasons, outcomes."""

import random

from feedback.opinions.models import Matter
from feedback.opinions.rules import Channel, Outcome

_OUTDOORS = frozenset({"roads", "parks", "water", "environment", "safety", "transport", "housing", "agriculture"})
_ON_SITE: tuple[str, ...] = (
    "現地を確認しました。写真は課の共有フォルダに入れてあります。",
    "委託業者に補修を依頼しました。来週の前半に入る予定です。",
    "本日、職員２名で現地確認。応急の措置としてカラーコーンを設置しました。",
    "同じ場所について昨年度も要望あり。経緯は当時の起案を参照してください。",
    "管理の境目が分かりにくい場所です。台帳で市の管理と確認しました。",
    "自治会長さんにも状況を伺いました。夕方の時間帯がとくに困っているとのことです。",
    "パトロールの順路に加えました。次回は金曜日です。",
)
_AT_THE_DESK: tuple[str, ...] = (
    "窓口の担当者に当日の状況を聞き取りました。",
    "同じ趣旨の声が今年度３件目です。回答の言い回しをそろえます。",
    "制度の説明が中心になります。案内チラシの該当箇所を回答に添えます。",
    "関係課に照会中です。今週中に返事をもらう約束になっています。",
    "来年度の予算要求の資料に入れるか、課内で相談します。",
    "県の担当に電話で確認しました。市で対応してよいとのことです。",
    "申し出の方のお気持ちに配慮した文面にしてください（係長より）。",
)
_BY_PHONE = (
    "折り返しお電話しましたが、お留守でした。明日の午前にもう一度かけます。",
    "お電話でお話を伺いました。文書での回答までは希望されないとのことです。",
)
WAITING = (
    "現場を見てから回答する予定ですが、日程の調整がついていません。",
    "関係する課との打合せ待ちです。",
    "前任者からの引継ぎ案件です。経緯を確認中です。",
)
DECLINING = (
    "場所が当課の管理する区域ではないため",
    "事業の所管が異なるため",
    "内容から見て、そちらの課の事務にあたるため",
    "当課は窓口の案内のみで、制度は別の課の所管のため",
)
NOT_OURS = {"life_safety": "道路照明ではなく防犯灯（電柱の札で確認）のため"}
MORE_TIME = (
    "現地調査と関係機関との協議に日数を要するため",
    "業者の見積りを待って回答するため",
    "関係する課が複数にわたり、調整に時間がかかるため",
)
HANDED_ON = (
    "県の土木事務所へ内容をお伝えしました。",
    "警察署の交通課へ内容をお伝えしました。",
    "鉄道会社のお客さま窓口へ内容をお伝えしました。",
    "年金事務所の相談窓口をご案内し、内容をお伝えしました。",
)
NOT_THE_CITYS = (
    "民間どうしの契約に関することのため。消費生活センターの相談窓口をご案内。",
    "国の制度に関することのため。国の相談窓口をご案内。",
    "市に指導の権限がないため。法律相談の日程をご案内。",
)
THANKED = "担当の職員に伝えました。今後の励みにします。"
REOPENED = "まだ解決していないとの連絡があったため"
AFTER_REOPENING = "前回の回答を読み直し、今度は現場に立ち会っていただいて確認します。"

_ANYWHERE: dict[Outcome, tuple[str, ...]] = {
    Outcome.CONSIDERING: (
        "他市の例を調べたうえで、年度内に方針を決めます。",
        "利用の状況を見ながら検討を続けます。",
    ),
    Outcome.EXPLAINED: (
        "今の取り組みと考え方をご説明しました。",
        "お問い合わせの内容についてお答えしました。",
    ),
    Outcome.NOTED: (
        "今後の参考にします。",
        "関係する職員で共有し、今後の取り組みの参考にします。",
    ),
}
_OUTCOMES_OUTDOORS = _ANYWHERE | {
    Outcome.REFLECTED: ("ご意見をもとに、見回りの順路と回数を見直しました。", "看板の文面と場所を改めました。"),
    Outcome.DONE: ("現地を確認し、補修を終えました。", "業者に依頼し、作業を終えました。"),
    Outcome.PLANNED: ("来年度の工事に含めることにしました。", "今年度中に実施する予定です。"),
    Outcome.DIFFICULT: (
        "用地の確保が難しく、現時点での実施は困難です。",
        "緊急度の高い箇所から順に行っており、すぐの実施は困難です。",
    ),
}
_OUTCOMES_AT_THE_DESK = _ANYWHERE | {
    Outcome.REFLECTED: (
        "ご意見を受けて案内の文面を改め、翌月から使っています。",
        "ご意見をもとに、申込みの方法を見直しました。",
    ),
    Outcome.DONE: ("担当者からご連絡し、手続きを済ませていただきました。", "職員に周知し、窓口の案内を改めました。"),
    Outcome.PLANNED: ("次の改訂に合わせて反映します。", "来年度の事業に盛り込む予定です。"),
    Outcome.DIFFICULT: (
        "予算と人員の都合により、すぐの実施は困難です。",
        "法令の定めがあり、市の判断では変更できません。",
    ),
}


def of_outcome(outcome: Outcome, matter: Matter, chance: random.Random) -> str:
    """What is said beside an outcome, fit for a matter."""
    outdoors = matter.area_key in _OUTDOORS
    return chance.choice((_OUTCOMES_OUTDOORS if outdoors else _OUTCOMES_AT_THE_DESK)[outcome])


def note(matter: Matter, chance: random.Random) -> str:
    """An internal note that suits a matter."""
    fitting = _ON_SITE if matter.area_key in _OUTDOORS else _AT_THE_DESK
    if matter.channel in {Channel.PHONE, Channel.COUNTER}:
        fitting += _BY_PHONE
    return chance.choice(fitting)


GIVEN_BACK = (
    "いつまでに対応するのかを書き加えてください。",
    "一文目で、まず現地を確認したことをお伝えしましょう。",
    "できない理由だけでなく、代わりにできることも書いてください。",
)
RATED = (
    "いつ直るのかが分かりませんでした。",
    "質問したことに答えてもらえていない気がします。",
    "説明が少しむずかしかったです。",
)
_OPENINGS = (
    "ご連絡をいただき、ありがとうございます。",
    "お困りのことをお知らせいただき、ありがとうございます。",
    "ご意見をお寄せいただき、ありがとうございます。",
)
_CLOSINGS = (
    "ご不明な点がありましたら、担当までお問い合わせください。",
    "また気になることがありましたら、いつでもお知らせください。",
)


def answer(matter: Matter, chance: random.Random) -> str:
    """An answer that says what was done with a matter."""
    done = matter.outcome_reason or "担当の職員で内容を確認しました。"
    return f"{chance.choice(_OPENINGS)}\n{done}\n{chance.choice(_CLOSINGS)}"
