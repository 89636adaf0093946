/** How an automatic reply says so in its own words. Data only: pattern sources, tried with the flags `iu`. */

/**
 * "This is an automated response." Only replies and receipts: website forms also say "automated message", and they carry a person's
 * words.
 */
export const DECLARED_ANSWERS: readonly string[] = [
  'this(?: (?:e-?mail|message|mail))? is an? (?:auto(?:mat(?:ic|ed|ically(?:[ -]generated)?))?|computer-generated|system-generated)[ -]?(?:e-?mail )?(?:repl(?:y|ies)|response|answer|acknowledge?ment|confirmation of receipt)', // en
  '(?:dies|das|diese (?:e-?mail|nachricht)) ist eine automatis(?:che|ch (?:erzeugte|generierte|erstellte|versandte|versendete)) (?:antwort|(?:eingangs|empfangs)bestätigung|rückmeldung|antwort-?e?-?mail)', // de
  'bei dieser (?:e-?mail|nachricht) handelt es sich um eine automatis(?:che|ch (?:erzeugte|generierte|erstellte|versandte)) (?:antwort|(?:eingangs|empfangs)bestätigung|rückmeldung)',
  '(?:ceci|ce message|ce courriel|cet? e-?mail) est (?:une réponse|un accusé de réception|une confirmation de réception|un message de réponse) (?:automatique|automatisée?|généré[e]? automatiquement)', // fr
  'est[ae](?: (?:mensaje|correo))? es una? (?:respuesta|acuse de recibo) (?:autom[áa]tic[ao]|generad[ao] autom[áa]ticamente)', // es
  'est[ae](?: (?:mensagem|e-?mail))? é uma? (?:resposta|confirmação de recebimento) autom[áa]tica', // pt
  'quest[ao](?: (?:e-?mail|messaggio))? è una? (?:risposta|conferma di ricezione) automatica', // it
  'dit(?: bericht)? is een automatische? (?:gegenereerd )?(?:antwoord|ontvangstbevestiging|reactie)', // nl
  'dett[ae](?: (?:meddelandet|brevet))? (?:är|er) et?t? ?(?:auto-?svar|automatiskt? svar)', // sv, da, no
  'tämä on automaattinen (?:vastaus|kuittaus)', // fi
  'to (?:jest )?(?:automatyczna odpowied[źz]|odpowied[źz] automatyczna)|(?:toto|tohle) je automatická odpove?[ěe]?[ďd]', // pl, cs, sk
  'ez (?:egy )?automatikus (?:válasz|visszaigazolás)|acest[a]?(?: mesaj)? este un răspuns automat|ovo je automatski odgovor', // hu, ro, hr
  '(?:это|данное (?:письмо|сообщение)(?: является)?) автоматическ(?:ий|им) ответ(?:ом)?|це автоматична відповідь', // ru, uk
  'bu (?:bir )?otomatik (?:bir )?(?:yanıt|cevap)|αυτή είναι (?:μια )?αυτόματη απάντηση', // tr, el
  'هذا رد (?:تلقائي|آلي)|זו(?:הי)? (?:תשובה|הודעת מענה) אוטומטית', // ar, he
  '(?:これは|この(?:メール|メッセージ)は|本メールは)[^。]{0,30}自動(?:返信|応答|返答)', // ja
  '(?:这是|這是|(?:此|本)(?:邮件|郵件|信)(?:为|為|是|由)?)[^。]{0,20}(?:自动|自動)(?:回复|回覆|答复|答覆|回復)', // zh
  '(?:본|이) ?(?:메일|메시지)(?:은|는)?[^.]{0,30}자동 ?(?:응답|회신|답장|답변)', // ko
];

/** Where other people's words begin: field names of a quoted or forwarded message, attributions, rules. */
export const OTHERS_WORDS =
  /^(?:[ \t]{0,9}>|[-_=*]{5,}|\*?(?:from|von|de|da|van|från|fra|od|от|від|差出人|发件人|寄件者|보낸 사람)\*? ?[:：])|(?:wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|skrev)\b.{0,40}:$/iu;
