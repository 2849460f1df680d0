"""What programs write between a new letter and the old one, by language: tables only, no judgement.

To teach a language, add its words to the tables: the verb of «… wrote:», the names of header lines, the stems of
«forwarded» and «original», and the words a date may begin with.
"""

from enum import Enum


class Field(Enum):
    """A header line of a letter that is quoted as text."""

    FROM = "from"
    DATE = "date"
    TO = "to"
    COPY = "copy"
    SUBJECT = "subject"
    REPLY_TO = "reply_to"


FIELD_NAMES: dict[Field, dict[str, tuple[str, ...]]] = {
    Field.FROM: {
        "ru": ("от", "от кого", "отправитель"),
        "kk": ("кімнен", "жіберуші"),
        "en": ("from", "sender"),
        "uk": ("від", "від кого", "відправник"),
        "de": ("von", "absender"),
        "fr": ("de", "expéditeur"),
        "es": ("de", "remitente"),
        "it": ("da", "mittente"),
        "pt": ("de", "remetente"),
        "nl": ("van", "afzender"),
        "pl": ("od", "nadawca"),
        "sv": ("från", "avsändare"),
        "da": ("fra", "afsender"),
        "no": ("fra", "avsender"),
        "fi": ("lähettäjä",),
        "cs": ("od", "odesílatel"),
        "sk": ("od", "odosielateľ"),
        "hu": ("feladó",),
        "hr": ("šalje", "od"),
        "ro": ("de la", "expeditor"),
        "tr": ("kimden", "gönderen"),
        "el": ("από",),
        "et": ("saatja",),
        "ja": ("差出人", "送信元", "送信者"),
        "zh": ("发件人", "寄件者", "寄件人", "發件人", "自"),
        "ko": ("보낸 사람", "보낸사람"),
        "he": ("מאת",),
        "ar": ("من",),
        "vi": ("từ",),
    },
    Field.DATE: {
        "ru": ("отправлено", "дата", "дата отправки", "послано"),
        "kk": ("жіберілді", "жіберілген", "күні"),
        "en": ("sent", "date", "sent on"),
        "uk": ("надіслано", "дата", "відправлено"),
        "de": ("gesendet", "datum", "gesendet am"),
        "fr": ("envoyé", "date", "envoyé le"),
        "es": ("enviado", "fecha", "enviado el"),
        "it": ("inviato", "data"),
        "pt": ("enviado", "enviada", "data", "enviada em", "enviado em"),
        "nl": ("verzonden", "datum"),
        "pl": ("wysłano", "wysłane", "data"),
        "sv": ("skickat", "datum"),
        "da": ("sendt", "dato"),
        "no": ("sendt", "dato"),
        "fi": ("lähetetty", "päiväys", "päivämäärä", "pvm"),
        "cs": ("odesláno", "datum"),
        "sk": ("odoslané", "dátum"),
        "hu": ("elküldve", "dátum"),
        "hr": ("poslano", "datum"),
        "ro": ("trimis", "dată", "data"),
        "tr": ("gönderildi", "gönderilme tarihi", "tarih"),
        "el": ("ημερομηνία", "στάλθηκε"),
        "et": ("saadetud", "kuupäev"),
        "ja": ("送信日時", "日付", "日時"),
        "zh": ("发送时间", "日期", "寄件日期", "傳送時間", "发送日期", "時間", "时间"),
        "ko": ("보낸 날짜", "날짜", "보낸날짜"),
        "he": ("תאריך", "נשלח"),
        "ar": ("التاريخ", "تاريخ"),
        "vi": ("ngày", "đã gửi"),
    },
    Field.TO: {
        "ru": ("кому", "получатель", "для"),
        "kk": ("кімге", "алушы"),
        "en": ("to", "recipient"),
        "uk": ("кому", "одержувач"),
        "de": ("an", "empfänger"),
        "fr": ("à", "a", "pour", "destinataire"),
        "es": ("para", "a", "destinatario"),
        "it": ("a", "destinatario"),
        "pt": ("para", "a"),
        "nl": ("aan",),
        "pl": ("do", "adresat"),
        "sv": ("till",),
        "da": ("til",),
        "no": ("til",),
        "fi": ("vastaanottaja",),
        "cs": ("komu", "pro"),
        "sk": ("komu", "pre"),
        "hu": ("címzett",),
        "hr": ("prima", "za"),
        "ro": ("către", "catre"),
        "tr": ("kime", "alıcı"),
        "el": ("προς",),
        "et": ("saaja",),
        "ja": ("宛先", "送信先", "受信者", "to"),
        "zh": ("收件人", "收件者", "至"),
        "ko": ("받는 사람", "받는사람"),
        "he": ("אל",),
        "ar": ("إلى",),
        "vi": ("đến", "tới"),
    },
    Field.COPY: {
        "": (
            "cc",
            "bcc",
            "копия",
            "копія",
            "көшірме",
            "kopie",
            "kopi",
            "kopia",
            "kopie an",
            "copie à",
            "copie",
            "copia",
        ),
        "more": ("dw", "kópia", "másolat", "kopija", "bilgi", "抄送", "副本", "참조", "κοιν", "ск", "скрытая копия"),
    },
    Field.SUBJECT: {
        "ru": ("тема",),
        "kk": ("тақырып", "тақырыбы"),
        "en": ("subject",),
        "uk": ("тема",),
        "de": ("betreff",),
        "fr": ("objet", "sujet"),
        "es": ("asunto",),
        "it": ("oggetto",),
        "pt": ("assunto",),
        "nl": ("onderwerp",),
        "pl": ("temat",),
        "sv": ("ämne",),
        "da": ("emne",),
        "no": ("emne",),
        "fi": ("aihe",),
        "cs": ("předmět",),
        "sk": ("predmet",),
        "hu": ("tárgy",),
        "hr": ("predmet", "naslov"),
        "ro": ("subiect",),
        "tr": ("konu",),
        "el": ("θέμα",),
        "et": ("teema",),
        "ja": ("件名",),
        "zh": ("主题", "主旨", "主題"),
        "ko": ("제목",),
        "he": ("נושא",),
        "ar": ("الموضوع",),
        "vi": ("chủ đề", "tiêu đề"),
    },
    Field.REPLY_TO: {
        "": (
            "reply-to",
            "reply to",
            "ответить",
            "кому ответить",
            "antwort an",
            "répondre à",
            "responder a",
            "risposta",
        ),
        "more": ("rispondi a", "responder para", "odpowiedz do", "svar till", "svar til", "返信先", "回复"),
    },
}
"""The names of header lines, without the colon, in lower case."""

WROTE: dict[str, tuple[str, ...]] = {
    "ru": ("написал(а)", "написала", "написал", "пишет", "писал(а)", "писала", "писали", "пишете", "писал"),
    "kk": ("жазды", "жазған", "жазып жіберді"),
    "en": ("wrote", "writes", "written", "sent", "has written"),
    "uk": ("написав(ла)", "написав(-ла)", "написала", "написав", "пише", "писав"),
    "de": ("schrieb", "geschrieben", "schreibt"),
    "fr": ("a écrit", "écrit", "a ecrit", "écrivait"),
    "es": ("escribió", "escribio", "ha escrito", "escribía"),
    "it": ("ha scritto", "scritto", "scrive", "scrisse"),
    "pt": ("escreveu", "escrevia", "escreve"),
    "nl": ("schreef", "geschreven"),
    "pl": ("napisał(a)", "napisała", "napisał", "pisze"),
    "sv": ("skrev", "skrivit"),
    "da": ("skrev", "skriver"),
    "fi": ("kirjoitti", "kirjoittaa"),
    "cs": ("napsal(a)", "napsala", "napsal", "píše"),
    "sk": ("napísal(a)", "napísala", "napísal"),
    "hu": ("írta", "írt"),
    "tr": ("yazdı", "yazmış"),
    "ro": ("a scris",),
    "hr": ("je napisao/la", "je napisao", "je napisala", "napisao", "napisala", "je pisao"),
    "sl": ("je napisal/a", "je napisal", "je napisala"),
    "bg": ("написа",),
    "el": ("έγραψε",),
    "et": ("kirjutas",),
    "lv": ("rakstīja",),
    "lt": ("rašė",),
    "ca": ("va escriure", "ha escrit"),
    "id": ("menulis",),
    "vi": ("đã viết", "viết"),
    "ja": ("書きました", "のメール", "書いた", "からのメール"),
    "zh": ("写道", "寫道", "寫於", "写了", "写"),
    "ko": ("작성", "쓴 글"),
    "he": ("כתב/ה", "כתב", "כתבה"),
    "ar": ("كتب", "كتبت"),
}
"""How «… wrote:» ends, by language; Yandex, Mail.ru and Gmail in Russian write no verb at all."""

DATE_OPENERS = (
    *("on", "at", "am", "le", "el", "il", "em", "no dia", "op", "den", "på", "dnia", "w dniu", "dne", "dňa", "pe"),
    *("în", "in data", "la data", "vào", "в", "у", "на", "dana", "u", "el día", "il giorno", "ngày", "στις", "στίς"),
    *("τη", "בתאריך", "ב", "في", "بتاريخ", "在", "于", "於", "le jour", "pada", "kuupäeval", "a", "tarihinde"),
    *("il giorno", "el dia", "op datum", "il dì", "am tag"),
)
"""Words that may stand before the date of «… wrote:»."""

DAYS_AND_MONTHS = (
    # Russian, Kazakh, Ukrainian
    *("пн", "вт", "ср", "чт", "пт", "сб", "вс", "понедельник", "вторник", "среда", "среду", "четверг", "пятниц"),
    *("суббот", "воскресенье", "дүй", "сей", "сәр", "бей", "жұм", "сен", "жек", "нд", "понеділок", "вівторок"),
    *("середа", "четвер", "неділя", "янв", "фев", "мар", "апр", "май", "мая", "июн", "июл", "авг", "окт", "ноя"),
    *("дек", "қаң", "ақп", "нау", "сәу", "мам", "мау", "шіл", "там", "қыр", "қаз", "қар", "жел"),
    # English
    *("mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep"),
    *("oct", "nov", "dec"),
    # German, Dutch, Scandinavian, Finnish
    *("mo.", "di.", "mi.", "do.", "fr.", "sa.", "so.", "montag", "dienstag", "mittwoch", "donnerstag", "freitag"),
    *(
        "samstag",
        "sonntag",
        "maandag",
        "dinsdag",
        "woensdag",
        "donderdag",
        "vrijdag",
        "zaterdag",
        "zondag",
        "ma ",
        "di ",
    ),
    *("wo ", "do ", "vr ", "za ", "zo ", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    *("måndag", "tisdag", "lördag", "söndag", "man.", "tir.", "ons", "tor", "lör", "sön", "mån", "tis", "maan", "tiis"),
    *("kesk", "tors", "perj", "laua", "sunn"),
    # French, Spanish, Italian, Portuguese, Romanian
    *("lun", "mar", "mer", "jeu", "ven", "sam", "dim", "mié", "mie", "jue", "vie", "sáb", "sab", "dom", "gio", "seg"),
    *("ter", "qua", "qui", "sex", "joi", "vin", "dum"),
    # Polish, Czech, Slovak, Croatian, Hungarian, Turkish
    *(
        "pon",
        "wto",
        "śro",
        "czw",
        "pią",
        "sob",
        "nie",
        "pt.",
        "śr.",
        "wt.",
        "pá",
        "po ",
        "út",
        "st ",
        "čt",
        "so ",
        "ne ",
    ),
    *(
        "ut ",
        "pi ",
        "št",
        "sri",
        "čet",
        "pet",
        "ned",
        "uto",
        "hét",
        "ked",
        "sze",
        "csü",
        "pén",
        "szo",
        "vas",
        "paz",
        "sal",
    ),
    *("çar", "per", "cum", "cts"),
)
"""How a weekday or a month may begin; only the first word of a line is held against it."""

FORWARD_STEMS = (
    *("forward", "fwd", "пересыл", "пересл", "переслан", "переадрес", "перенаправл", "жіберіл", "қайта жібер"),
    *("пересил", "переслане", "weitergeleit", "transfér", "réexpédi", "transfer", "reenvi", "inoltr", "encaminh"),
    *("reencaminh", "doorgestuurd", "doorgezonden", "przekaz", "przesłan", "vidarebef", "videresend", "välitet"),
    *("edelleen", "přepos", "přeposl", "prepos", "továbbít", "proslije", "proslijed", "redirec", "ilet", "yönlendir"),
    *("転送", "转发", "轉寄", "轉發", "전달", "προωθ", "הועבר", "chuyển tiếp", "препратен"),
)
"""Stems of «forwarded», in lower case."""

ORIGINAL_STEMS = (
    *("original", "исходн", "оригинал", "первоначальн", "бастапқы", "початков", "оригінал", "ursprüng", "d'origine"),
    *("d’origine", "originale", "oorspronkel", "oryginaln", "ursprung", "oprindelig", "opprinnelig", "alkuper"),
    *(
        "původní",
        "pôvodn",
        "eredeti",
        "izvorn",
        "orijinal",
        "inițial",
        "元の",
        "原始",
        "原文",
        "元のメッセージ",
        "원본",
    ),
    *("исходное", "antwort", "reply", "respuesta", "cita", "mensagem", "mensaje original", "αρχικ"),
)
"""Stems of «original», in lower case; they count only between two rows of dashes."""

MESSAGE_STEMS = (
    *("messag", "mesaj", "mesajul", "msg", "mail", "e-mail", "сообщени", "письм", "хабарлама", "хат", "повідомл"),
    *("лист", "nachricht", "mensaje", "mensagem", "bericht", "wiadomo", "meddel", "melding", "besked", "brev", "viest"),
    *("zpráv", "správ", "üzenet", "levél", "poruk", "ileti", "メッセージ", "メール", "邮件", "郵件", "件", "메시지"),
    *("μήνυμα", "הודעה", "thư", "съобщение", "e‑mail", "correo"),
)
"""Stems of «message», in lower case."""

FORWARD_PREFIXES = (
    *("fw", "fwd", "пересл", "пер", "fwd.", "wg", "tr", "rv", "enc", "i", "doorst", "vb", "vs", "vl", "pd", "přp"),
    *("továbbítás", "ilt", "転送", "转发", "轉寄"),
)
"""How a subject of a forwarded letter begins, before the colon."""
