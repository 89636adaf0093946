/** The fields that mail clients repeat above a quoted message. */
export type HeaderKind = 'from' | 'date' | 'to' | 'cc' | 'subject' | 'other';

/** Labels as Outlook, Apple Mail, Samsung, Orange, QQ and others write them in their languages. Lower case, no colon. */
const LABELS: Readonly<Record<HeaderKind, string>> = {
  from:
    'from|von|de|expéditeur|remitente|remetente|da|mittente|van|från|fra|afsender|avsender|frá|lähettäjä|saatja|kellelt|no|nuo|siuntėjas|' +
    'od|nadawca|odesílatel|odesielateľ|feladó|de la|expeditor|pošiljatelj|šalje|од|шаље|от|от кого|кому от|від|від кого|ад|από|αποστολέας|nga|' +
    'kimden|gönderen|dari|daripada|từ|người gửi|mula kay|发件人|寄件者|寄件人|發件人|发信人|差出人|送信者|보낸 사람|보낸사람|발신|จาก|से|' +
    'प्रेषक|מאת|من|المرسل|از|فرستنده|tól|kinek',
  date:
    'date|sent|sent on|datum|gesendet|gesendet am|am|date d’envoi|envoyé|envoyé le|envoyée|message du|fecha|enviado|enviado el|enviada el|' +
    'data|enviada|enviada em|enviado em|data de envio|inviato|inviato il|data invio|enviat|verzonden|verzonden op|skickat|skickades|sendt|' +
    'dato|sent den|sendt den|sent:|lähetetty|päivämäärä|päiväys|pvm|saadetud|kuupäev|nosūtīts|datums|išsiųsta|wysłano|wysłany|data wysłania|' +
    'odesláno|odoslané|dátum|elküldve|küldve|trimis|trimisă|dată|poslano|poslato|послато|датум|изпратено|дата|отправлено|дата отправки|' +
    'надіслано|відправлено|адпраўлена|ημερομηνία|στάλθηκε|εστάλη|dërguar|data e dërgimit|gönderme tarihi|gönderildi|tarih|gönderim|tanggal|' +
    'dikirim|terkirim|tarikh|ngày|đã gửi|gửi|发送时间|发送日期|日期|傳送時間|寄件日期|時間|时间|送信日時|日時|日付|보낸 날짜|날짜|보낸 시간|' +
    'วันที่|ส่งเมื่อ|ส่ง|दिनांक|भेजा गया|נשלח|תאריך|تاريخ|التاريخ|تم الإرسال|أرسلت|تاریخ|ارسال',
  to:
    'to|an|à|a|pour|destinataire|destinatario|destinatários|para|per a|aan|till|til|modtager|viðtakandi|vastaanottaja|kellele|saaja|kam|kas|' +
    'kam:|kuo|kam/kur|skirta|gavėjas|do|komu|pre|címzett|către|destinatar|za|prima|за|коме|до|кому|каму|προς|për|kime|alıcı|kepada|ke|đến|tới|' +
    'người nhận|para kay|收件人|收件者|收信人|宛先|받는 사람|받는사람|수신|ถึง|को|प्रति|אל|إلى|الى|المستلم|به|گیرنده',
  cc:
    'cc|bcc|kopie|kopie an|copie|copie à|copia|cópia|con copia|per conoscenza|kopia|kopi|afrit|kopio|koopia|kopija|dw|udw|do wiadomości|' +
    'kopie:|kópia|másolat|másolatot kap|копия|копія|копие|κοιν|κοινοποίηση|bilgi|tembusan|salinan|抄送|副本|抄送人|密件抄送|참조|สำเนา|' +
    'עותק|نسخة|رونوشت',
  subject:
    'subject|betreff|betr|objet|sujet|asunto|assunto|oggetto|assumpte|onderwerp|ämne|emne|efni|aihe|otsikko|teema|temats|tēma|tema|temat|' +
    'předmět|predmet|tárgy|subiect|zadeva|naslov|предмет|наслов|тема|относно|θέμα|subjekti|konu|subjek|perihal|subyek|chủ đề|tiêu đề|paksa|' +
    '主题|主旨|主題|標題|标题|件名|제목|เรื่อง|หัวเรื่อง|विषय|נושא|الموضوع|موضوع',
  other:
    'reply-to|reply to|antwort an|répondre à|responder a|importance|wichtigkeit|priority|priorität|importancia|prioridade|importanza|' +
    'prioriteit|prioritet|attachments|attachment|anlagen|anhänge|pièces jointes|pièce jointe|datos adjuntos|anexos|allegati|bijlagen|bilagor|' +
    'vedlegg|liitteet|загружено|вложения|附件|添付ファイル|sensitivity|organization|organisation|mailed-by|message-id|return-path|x-mailer|' +
    'categories|kategorien|sender|cc:',
};

export const HEADER_LABELS: ReadonlyMap<string, HeaderKind> = (() => {
  const kinds = new Map<string, HeaderKind>();
  for (const kind of ['from', 'date', 'to', 'cc', 'subject', 'other'] as const) {
    for (const label of LABELS[kind].split('|')) if (!kinds.has(label)) kinds.set(label, kind);
  }
  return kinds;
})();
