/**
 * What calendars and mail clients put before the subject of the message they report on, by language; alternatives are separated by
 * `|`, letter case and accents are folded before comparison. People write the same words, so a word alone proves nothing.
 */

/** Answers to an invitation, and changes of a meeting. */
export const CALENDAR_PREFIXES: readonly string[] = words(`
  Accepted|Declined|Tentative|Tentatively accepted|Canceled|Cancelled|Canceled event|Cancelled event|Updated event|Event canceled|Meeting canceled
  Meeting cancelled|Invitation|Updated invitation|New time proposed|Meeting forward notification|Canceled event with note|Proposed new time
  Zugesagt|Zusage|Abgelehnt|Absage|Abgesagt|Mit Vorbehalt|Mit Vorbehalt zugesagt|Vorläufig|Angenommen|Neuer Zeitvorschlag|Neue Zeit vorgeschlagen
  Besprechungsweiterleitungsbenachrichtigung|Einladung|Aktualisierte Einladung|Abgesagter Termin|Storniert
  Accepté|Acceptée|Accepté provisoirement|Provisoire|Refusé|Refusée|Décliné|Annulé|Annulée|Nouvelle heure proposée|Nouvel horaire proposé
  Notification de transfert de réunion|Invitation mise à jour
  Aceptado|Aceptada|Provisional|Tentativo|Rechazado|Rechazada|Cancelado|Cancelada|Invitación|Invitación actualizada|Nueva hora propuesta
  Evento cancelado|Notificación de reenvío de reunión
  Accettato|Accettata|Provvisorio|Rifiutato|Rifiutata|Declinato|Annullato|Annullata|Invito|Nuova ora proposta|Evento annullato
  Aceito|Aceita|Aceite|Provisório|Provisoriamente aceite|Tentativa|Recusado|Recusada|Convite|Novo horário proposto|Nova hora proposta
  Geaccepteerd|Geaccepteerd onder voorbehoud|Geweigerd|Afgewezen|Voorlopig|Onder voorbehoud|Geannuleerd|Uitnodiging|Nieuw tijdstip voorgesteld
  Accepteret|Afslået|Afvist|Foreløbig|Foreløbigt|Annulleret|Aflyst|Nyt tidspunkt foreslået|Godkendt|Godtatt|Akseptert|Avslått|Avvist|Foreløpig
  Avlyst|Invitasjon|Nytt tidspunkt foreslått|Accepterad|Accepterat|Avböjd|Avböjt|Avslaget|Avvisad|Preliminär|Preliminärt|Inställt|Inställd|Inbjudan
  Ny tid föreslagen|Hyväksytty|Hylätty|Kieltäydytty|Alustava|Alustavasti hyväksytty|Peruutettu|Kutsu|Uusi aika ehdotettu|Samþykkt|Hafnað
  Zaakceptowano|Zaakceptowane|Przyjęto|Odrzucono|Odrzucone|Wstępnie|Wstępnie zaakceptowano|Niezobowiązująco|Anulowano|Odwołano|Odwołane|Zaproszenie
  Zaproponowano nowy termin|Přijato|Odmítnuto|Nezávazně|Předběžně|Zrušeno|Pozvánka|Navržen nový čas|Prijaté|Odmietnuté|Nezáväzne|Predbežne|Zrušené
  Elfogadva|Elutasítva|Feltételes|Feltételesen|Lemondva|Törölve|Meghívó|Új időpont javasolva|Acceptat|Acceptată|Refuzat|Respins|Provizoriu|Anulat
  Invitație|Prihvaćeno|Prihvaćen|Odbijeno|Uvjetno|Otkazano|Poziv|Sprejeto|Zavrnjeno|Pogojno|Preklicano|Odpovedano|Прихваћено|Одбијено|Отказано|Позив
  Прието|Отхвърлено|Условно|Отменено|Покана|Принято|Отклонено|Под вопросом|Предварительно|Приглашение|Предложено новое время|Предложено другое время
  Прийнято|Відхилено|Під питанням|Скасовано|Запрошення|Запропоновано новий час
  Αποδοχή|Αποδέχτηκε|Αποδεκτό|Αποδεκτή|Απόρριψη|Απορρίφθηκε|Με επιφύλαξη|Ακυρώθηκε|Πρόσκληση|Kabul edildi|Kabul|Reddedildi|Geçici|Belirsiz
  İptal edildi|Davet|Yeni saat önerildi|Vastu võetud|Keeldutud|Tühistatud|Pieņemts|Noraidīts|Atcelts|Priimta|Atmesta|Atšaukta
  تم القبول|مقبول|تم الرفض|مرفوض|مبدئي|تم الإلغاء|ملغى|دعوة|התקבל|מקובל|נדחה|טנטטיבי|בוטל|הזמנה|پذیرفته شد|رد شد|لغو شد
  承諾|承諾済み|辞退|仮承諾|キャンセル|キャンセル済み|招待|会議出席依頼|新しい日時の提案|已接受|接受|已拒绝|拒绝|已拒絕|已謝絕|暂定|暂定接受|暫定|已取消|取消|邀请|邀請|建议的新时间
  수락됨|수락|거절됨|거절|미정|미정으로 수락|취소됨|취소|초대|Đã chấp nhận|Chấp nhận|Đã từ chối|Từ chối|Dự kiến|Đã hủy|Lời mời
  Diterima|Ditolak|Tentatif|Dibatalkan|Undangan|ยอมรับ|ยอมรับแล้ว|ปฏิเสธ|ปฏิเสธแล้ว|ไม่แน่นอน|ยกเลิก|ยกเลิกแล้ว|คำเชิญ|स्वीकृत|अस्वीकृत|रद्द|आमंत्रण
`);

/** Outlook asks to delete a message unread, and reports whether that worked. */
export const RECALL_PREFIXES: readonly string[] = words(`
  Recall|Recalled|Message recall|Message recall failure|Message recall success|Message recall report|Rückruf|Zurückrufen|Nachrichtenrückruf
  Rückruf der Nachricht|Fehler beim Nachrichtenrückruf|Rückruf fehlgeschlagen|Rückruf erfolgreich|Rappel|Rappel de message|Rappel du message
  Échec du rappel du message|Recuperar|Retirar|Recuperación|Recuperar mensaje|Richiamo|Richiama|Richiamare|Richiamo del messaggio|Recuperação
  Recuperar mensagem|Intrekken|Ingetrokken|Terugroepen|Terugtrekken|Bericht intrekken|Tilbagekald|Tilbagekaldelse|Tilbakekall|Tilbakekalling
  Återkalla|Återkallande|Återkallelse|Palauta|Viestin palautus|Takaisinkutsu|Odwołaj|Wycofaj|Odwołanie|Wycofanie wiadomości|Odvolat|Odvolání
  Stažení zprávy|Odvolať|Odvolanie|Visszahívás|Visszavonás|Üzenet visszahívása|Retragere|Rechemare|Opoziv|Preklic|Отзыв|Отозвать|Отзыв сообщения
  Відкликання|Відкликати|Изтегляне|Ανάκληση|Geri çağır|Geri çağırma|Geri çekme|استرداد|استدعاء|ביטול שליחה|החזרה|取り消し|メッセージの取り消し|リコール
  撤回|召回|收回|回收|邮件撤回|郵件撤回|회수|메시지 회수|Thu hồi|เรียกคืน|Penarikan|Tarik kembali
`);

/** How Exchange reports success. */
export const DELIVERED_PREFIXES: readonly string[] = words(`
  Delivered|Relayed|Expanded|Zugestellt|Übermittelt|Weitergeleitet|Remis|Remise|Relayé|Entregado|Retransmitido|Consegnato|Recapitato|Inoltrato
  Entregue|Bezorgd|Afgeleverd|Doorgegeven|Leveret|Levert|Levererat|Toimitettu|Dostarczono|Doręczono|Doručeno|Doručené|Kézbesítve|Livrat|Isporučeno
  Dostavljeno|Доставлено|Παραδόθηκε|Teslim edildi|تم التسليم|נמסר|配信済み|配信完了|已送达|已送達|배달됨|전달됨|Đã gửi|Đã chuyển|Terkirim
`);

/** How mail clients report that a message was not read, or was deleted unread. */
export const UNREAD_PREFIXES: readonly string[] = words(`
  Deleted unread|Deleted without being read|Unread|Was not read|Ungelesen gelöscht|Ungelesen|Ohne Lesen gelöscht|Supprimé sans être lu|Supprimée sans être lue
  Supprimé sans lecture|Eliminado sin leer|Eliminado sin haber sido leído|Eliminato senza essere letto|Eliminato senza lettura|Eliminata senza lettura
  Excluído sem ser lido|Excluída sem ser lida|Eliminado sem ser lido|Eliminada sem ser lida|Ongelezen verwijderd|Verwijderd zonder te lezen|Ongelezen
  Borttaget oläst|Borttagen oläst|Borttaget utan att läsas|Ej läst|Inte läst|Slettet ulæst|Slettet uden at være læst|Ulæst|Slettet ulest
  Slettet uten å være lest|Ulest|Poistettu lukematta|Poistettu lukemattomana|Lukematta|Ei luettu|Usunięto bez przeczytania|Usunięte bez przeczytania
  Nieprzeczytane|Nie przeczytano|Odstraněno bez přečtení|Smazáno bez přečtení|Nepřečteno|Nepřečtené|Odstránené bez prečítania|Neprečítané
  Olvasatlanul törölve|Olvasás nélkül törölve|Nem olvasott|Șters fără a fi citit|Ștearsă fără a fi citită|Necitit|Necitită|Удалено без прочтения
  Удалено непрочитанным|Не прочтено|Не прочитано|Видалено без прочитання|Видалено непрочитаним|Διαγράφηκε χωρίς ανάγνωση|Δεν αναγνώστηκε|Δεν διαβάστηκε
  Okunmadan silindi|Okunmadı|נמחק ללא קריאה|נמחק מבלי שנקרא|לא נקרא|تم الحذف دون قراءة|حذف دون قراءة|لم تتم القراءة|未読のまま削除|開封せずに削除|未開封
  未读即删除|未读删除|未读|未讀即刪除|未讀刪除|未讀|읽지 않고 삭제됨|읽지 않고 삭제|읽지 않음
`);

/** How ticket systems and answering machines confirm that a message arrived, where no other table has the words. */
export const CONFIRMATION_PREFIXES: readonly string[] = words(`
  Ticket received|Ticket created|Ticket opened|New ticket created|Request received|Case received|Inquiry received|Enquiry received|Message received
  Ticket erhalten|Ticket eingegangen|Ticket erstellt|Anfrage erhalten|Anfrage eingegangen|Ticket reçu|Ticket créé|Demande reçue|Ticket recibido
  Ticket creado|Solicitud recibida|Ticket ricevuto|Richiesta ricevuta|Ticket recebido|Solicitação recebida|Pedido recebido|Ticket ontvangen
  Verzoek ontvangen|Ärende mottaget|Ärende skapat|Sag modtaget|Sag oprettet|Sak mottatt|Sak opprettet|Tukipyyntö vastaanotettu|Zgłoszenie przyjęte
  Otrzymano zgłoszenie|Požadavek přijat|Požiadavka prijatá|Заявка принята|Обращение получено|Automatisk besvarelse|Automatisk bekræftelse
  Automatisk bekreftelse|Automatisk bekräftelse|Automatische Bestätigung|Automatische bevestiging|Automatic confirmation|Automatic acknowledgement
`);

/** What gateways and people put before any subject, followed by a colon. It hides no program's words behind it. */
export const WARNING_PREFIXES: readonly string[] = words(`
  Attention|Caution|Warning|Notice|Important|External|External sender|External email|Suspicious|Spam|Possible spam|Achtung|Vorsicht|Warnung|Wichtig|Extern
  Avertissement|Prudence|Externe|Atención|Advertencia|Precaución|Externo|Attenzione|Avviso|Esterno|Atenção|Aviso|Cuidado|Let op|Waarschuwing
  Varning|Advarsel|Obs|Viktigt|Vigtigt|Viktig|Huomio|Varoitus|Uwaga|Ostrzeżenie|Upozornění|Pozor|Upozornenie|Figyelem|Atenție|Внимание|Увага
  Предупреждение|Προσοχή|Dikkat|Uyarı|تنبيه|تحذير|זהירות|注意|警告|外部|주의|경고
`);

/** "Mira Talbot reacted to your message: …": patterns, `iu`; the name comes before or after. */
export const REACTIONS: readonly string[] = [
  '^.{1,80} (?:has )?(?:reacted to|liked|loved|disliked|laughed at|emphasi[sz]ed|questioned) (?:your|a|the|an) (?:message|e-?mail|mail|attachment|image)', // en
  '^(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted .{1,12} to) [“"«„‘\']', // en, telephones
  'hat auf (?:ihre|deine|die|eine) (?:nachricht|e-?mail|mail) reagiert|(?:ihre|deine) (?:nachricht|e-?mail) (?:gefällt|hat .{1,40} gefallen)', // de
  'a réagi à (?:votre|ton|un|ce|le) (?:message|e-?mail|courriel)', // fr
  '(?:ha reaccionado|reaccionó) (?:a|al) (?:(?:tu|su|un|este) )?(?:mensaje|correo)', // es
  'reagiu (?:à|a|ao) (?:(?:sua|tua|uma|seu|teu) )?(?:mensagem|e-?mail)', // pt
  'ha reagito (?:al|a un|alla) (?:(?:tuo|suo|tua|sua) )?(?:messaggio|e-?mail)', // it
  'heeft gereageerd op (?:je|jouw|uw|een|het) (?:bericht|e-?mail) met|heeft met .{1,12} op (?:je|jouw|uw) bericht gereageerd', // nl
  '(?:har reagerat|reagerade|reagerede|har reageret|reagerte|har reagert) på (?:(?:ditt|din|dit|et|ett|en) )?(?:meddelandet?|mejlet?|beskeden?|meddelelsen?|meldingen?|mailen?|e-posten?)', // sv, da, no
  'reagoi (?:viestiisi|viestiin|sähköpostiisi)|brást við (?:skilaboðum|skeyti)', // fi, is
  'zareagował(?:a|\\(a\\))? na (?:(?:twoją|twój|państwa|pana|pani) )?(?:wiadomość|e-?mail)|reagoval(?:a|\\(a\\))? na (?:(?:vaši|vašu|tvoji|tvoju) )?(?:zprávu|správu|e-?mail)', // pl, cs, sk
  'reagált (?:az|a|egy) (?:ön )?(?:üzenet|levél|e-?mail)|a reacționat la (?:mesajul|e-?mailul)|(?:je )?reagira(?:o|la|l) na (?:vašu |tvoju |vaše )?(?:poruku|sporočilo)', // hu, ro, hr, sl
  'отреагировал(?:а|\\(а\\))? на (?:(?:ваше|твоё|твое|ваш) )?(?:сообщение|письмо)|відреагува(?:в|ла|в\\(ла\\)) на (?:(?:ваше|ваш|твоє) )?(?:повідомлення|лист)|реагира на (?:вашето )?(?:съобщение|писмо)', // ru, uk, bg
  '(?:iletinize|mesajınıza|iletiye|e-postanıza) (?:.{1,12} )?(?:tepki|ifade) (?:verdi|gönderdi|bıraktı)|αντέδρασε στο μήνυμα', // tr, el
  '(?:تفاعل|تفاعلت)(?: .{1,60})? مع رسالت|הגיבה? (?:ל|על )(?:הודעה|ההודעה|הודעתך)', // ar, he
  '(?:メッセージ|メール)に(?:リアクション|反応)し|对.{0,8}(?:邮件|消息|讯息).{0,6}(?:回应|反应)|對.{0,8}(?:郵件|訊息).{0,6}(?:回應|反應)|(?:메시지|메일)에 (?:반응|공감)', // ja, zh, ko
  'đã bày tỏ cảm xúc (?:về|với) (?:tin nhắn|thư|email)|bereaksi terhadap pesan|แสดงความรู้สึกต่อข้อความ', // vi, id, th
];

/** How Outlook asks to delete a message unread. */
export const RECALL_TEXTS: readonly string[] = [
  'would like to recall the message|(?:möchte|will) die (?:folgende )?nachricht .{0,300}zurückrufen|(?:souhaite|voudrait|désire) rappeler le message', // en, de, fr
  '(?:desea|quiere|querría) (?:recuperar|retirar) el mensaje|(?:vorrebbe|desidera|intende) richiamare il messaggio|(?:gostaria de|deseja|pretende) (?:cancelar|recuperar|anular) .{0,20}mensagem', // es, it, pt
  'wil (?:het )?bericht .{0,300}(?:intrekken|terugroepen)|vill återkalla meddelandet|(?:vil|ønsker at|ønsker å) (?:tilbagekalde|tilbakekalle|kalle tilbake) (?:meddelelsen|meldingen)|haluaa (?:perua|palauttaa) viestin', // nl, sv, da, no, fi
  'chce (?:odwołać|wycofać) wiadomość|chce (?:odvolat|stáhnout) zprávu|chce odvolať správu|szeretné visszahívni|dorește să (?:retragă|recheme) mesajul', // pl, cs, sk, hu, ro
  '(?:хочет|хотел бы) отозвать сообщение|(?:хоче|бажає) відкликати повідомлення|επιθυμεί να ανακαλέσει|iletiyi geri çağırmak ist|メッセージ.{0,300}取り消|(?:想|希望)(?:要)?(?:撤回|召回|收回)|메시지.{0,300}회수', // ru, uk, el, tr, ja, zh, ko
];

function words(text: string): readonly string[] {
  return text
    .split(/[|\n]/u)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
