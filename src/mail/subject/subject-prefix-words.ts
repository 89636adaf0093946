/**
 * What mail clients put before a subject, by language. Letter case and accents are folded before comparison.
 *
 * `VS` is a forward in Danish and Norwegian and a reply in Finnish and Estonian; it is listed under `forward`, and {@link
 * ambiguousPrefixes} has the languages in which it is a reply.
 */
export const replyPrefixes: readonly string[] = words(`
  Re|R|Reply|Resp|Antw|Antwort|Antwoord|AW|Rép|Réponse|RE|RIF|Ris|Risp|Risposta|RES|Resposta|Respuesta|Contestación|Rta|SV|Svar|Besv|Svara
  Vast|Vastaus|Vá|Válasz|Odp|Odpověď|Odpoveď|Odpowiedź|Ynt|Yanıt|Cevap|Cvp|ATB|Ats|Răsp|Răspuns|Räsp|Odg|Odgovor|Hlk|Bls|Balas|Balasan
  На|Отв|Ответ|Відп|Від|Відповідь|Отг|Отговор|Одг|Одговор|ΑΠ|ΑΠΑΝΤ|Απάντηση|ΣΧΕΤ|Trả lời|TL|ตอบ|ตอบกลับ|उत्तर|जवाब
  回复|回覆|回信|答复|答覆|回|返信|返|답장|회신|답|RE답장|رد|الرد|رد على|پاسخ|תשובה|השב|תגובה|Erantzuna|BIRB
`);

export const forwardPrefixes: readonly string[] = words(`
  Fwd|Fw|Forward|Forwarded|WG|WTR|Wtrlt|Weitergeleitet|Doorst|Doorgestuurd|TR|Transf|Transféré|I|Inoltra|Inoltro|Inoltrato|RV|Rv|Reenv|Reenviado
  Reenviar|ENC|Enc|Encaminhada|Encaminhado|Encaminhar|Reencaminhar|Reenc|Doorgest|PSD|VS|VB|VL|Videresend|Videresendt|Vidarebefordrat|Välitetty|Vl|Edasi|Továbbítás|Továbbítva|Tov|PD
  Przek|Przekazanie|Přep|Přeposláno|Přeposlat|Preposlané|Redir|Redirecționat|İLT|İlet|İletilen|Yönl|Prosl|Prosleđeno|Proslijeđeno|Posr|Posredovano
  Pārs|Pārsūtīts|Pārsūtīt|Pers|Persiųsta|Persiųsti|Trs|Terusan|Diteruskan|Áfr|Áframsent|Пересл|Перес|Переслано|Переслать|Переадр|Пересилання|Fwd|Пер|Пересылка|Препр|Препратено|Прослеђено
  ΠΡΘ|Προώθ|Προωθημένο|Chuyển tiếp|CT|ส่งต่อ|अग्रेषित|转发|轉發|轉寄|转寄|轉|转|転送|전달|전송|إعادة توجيه|تحويل|محول|ارسال|הועבר|העברה|העבר
`);

/** Languages (BCP 47) in which a prefix listed under `forward` marks a reply. */
export const ambiguousPrefixes: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['vs', new Set(['fi', 'et'])],
]);

/** What gateways put before the subject of mail from outside, with or without brackets. */
export const outsideMarkers: readonly string[] = words(`
  External|Ext|External Email|External Mail|External E-Mail|External Sender|External Message|Extern|Externe|Externo|Externa|Esterno
  Extern E-Mail|Externe E-Mail|Externe Mail|Courriel externe|Correo externo|E-mail externo|Zewnętrzny|Внешнее|Внешняя почта
  外部|外部邮件|外部郵件|外部メール|社外|외부
`);

/** What they put in brackets or asterisks before suspicious or protected mail. Bare, such a word may be the sender's own. */
export const bracketedMarkers: readonly string[] = words(`
  Suspicious|Suspected Spam|Possible Spam|Spam|Spam?|Spam Suspect|Potential Spam|Bulk|Phishing|Caution|Secure|Encrypted|Encrypt
  Unverified Sender|Marked as spam|Virus checked|Verschlüsselt|Spamverdacht|Non-secure|Unsecure|Untrusted
`);

function words(text: string): readonly string[] {
  return text
    .split(/[|\n]/u)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
