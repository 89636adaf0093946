/** How mail clients say that a message was opened or deleted. Data only: pattern sources, tried with the flags `iu`. */

/** Prefixes before the subject of the message that was read. */
export const RECEIPT_SUBJECTS: readonly string[] = [
  'read|not read|deleted|(?:return|read|disposition|delivery) (?:receipt|notification)(?: \\([a-z ]{1,20}\\))?', // en
  'gelesen|(?:nicht|un) ?gelesen|gelöscht|(?:lese|empfangs)bestätigung(?: \\([^()]{1,20}\\))?', // de
  'lue?|non lue?|(?:accusé|confirmation) de (?:lecture|réception)(?: \\([^()]{1,20}\\))?', // fr
  'le[ií]d[oa]|no le[ií]d[oa]|(?:confirmación|acuse) de (?:lectura|recibo)', // es
  'lid[oa]|não lid[oa]|(?:confirmação|recibo|aviso) de leitura', // pt
  'lett[oa]|non lett[oa]|(?:conferma|ricevuta) di (?:lettura|ritorno)', // it
  'gelezen|niet gelezen|(?:lees|ontvangst)bevestiging', // nl
  'läst|oläst|läskvitto|læst|ikke læst|læsekvittering|lest|ikke lest|lesebekreftelse', // sv, da, no
  'luettu|lukukuittaus|przeczytan[oey]|potwierdzenie (?:przeczytania|odczytu)', // fi, pl
  'přečten[oaý]|prečítan[éeáý]|potvrzení o přečtení|elolvasva|olvasási visszaigazolás|citită?|confirmare de citire', // cs, sk, hu, ro
  'прочтено|прочитано|(?:отч[её]т|уведомление|подтверждение) о прочтении|підтвердження прочитання', // ru, uk
  'αναγνώστηκε|διαβάστηκε|okundu(?: bilgisi)?|נקרא|تمت القراءة', // el, tr, he, ar
  '開封(?:済み|確認|通知)(?:メッセージ)?|已读(?:回执)?|阅读回执|已讀(?:回條)?|讀取回條|읽음(?: 확인)?', // ja, zh, ko
];

/** Nouns for a receipt, in subjects. */
export const RECEIPT_NOUN =
  'receipt|notification|bestätigung|accusé|confirm|acuse|ricevuta|recibo|aviso|bevestiging|kvitto|kvittering|bekreftelse|kuittaus|potwierdzenie|potvrzení|visszaigazolás|отч[её]т|уведомление|подтвержд|підтвердж|bilgisi|確認|通知|回执|回條|확인';

/** The sentence in the text. Outlook puts To, Subject and Sent of the message in the middle of it. */
export const RECEIPT_TEXTS: readonly string[] = [
  'your (?:message|document|e-?mail|mail)\\b.{0,600}\\b(?:was|has been|is) (?:read|opened|displayed|received by|deleted)|(?:this is a|this) (?:return|read) receipt', // en
  'ihre (?:nachricht|e-?mail|mail)\\b.{0,600}(?:wurde|ist)\\b.{0,60}(?:gelesen|angezeigt|geöffnet|gelöscht)|dies ist eine (?:lese|empfangs)bestätigung', // de
  '(?:votre|ce) (?:message|courriel|e-?mail)\\b.{0,600}a été (?:lu|ouvert|affiché|supprimé)|ceci est un accusé de (?:lecture|réception)', // fr
  '(?:el|su|este) (?:mensaje|correo)\\b.{0,600}(?:(?:fue|ha sido|se ha) (?:le[ií]do|abierto|mostrado|eliminado)|se (?:ley[óo]|abri[óo]|mostr[óo]|elimin[óo]))', // es
  '(?:a|sua|esta) mensagem\\b.{0,600}foi (?:lida|aberta|exibida|excluída|eliminada)', // pt
  '(?:il|il suo|questo) messaggio\\b.{0,600}(?:è stato|è) (?:letto|aperto|visualizzato|eliminato)', // it
  '(?:uw|je|het) bericht\\b.{0,600}(?:is|werd)\\b.{0,40}(?:gelezen|geopend|weergegeven|verwijderd)', // nl
  '(?:ditt|din|dit) (?:meddelande|meddelelse|melding|besked)\\b.{0,600}(?:lästes|läst|læst|lest|åpnet|åbnet)', // sv, da, no
  'viestisi\\b.{0,600}(?:luettu|avattu)|(?:twoja |ta )?wiadomość.{0,600}(?:przeczytan|odczytan|wyświetlon)', // fi, pl
  '(?:vaše )?(?:zpráva|správa)\\b.{0,600}(?:přečten|prečítan|zobrazen)|üzenet.{0,600}(?:elolvas|megnyit)|mesajul\\b.{0,600}(?:citit|deschis)', // cs, sk, hu, ro
  '(?:сообщение|письмо|повідомлення|лист).{0,600}(?:прочитан|прочтен|открыт|відкрит)', // ru, uk
  'μήνυμά?.{0,600}(?:αναγνώστηκε|διαβάστηκε)|(?:iletiniz|mesajınız|ileti).{0,600}okun', // el, tr
  'メッセージ.{0,600}(?:開封|表示)され|(?:邮件|郵件|消息).{0,600}(?:已读|已讀|阅读|閱讀|打开)|메시지.{0,600}읽', // ja, zh, ko
];
