/**
 * How challenge-response systems ask a stranger to prove that a person wrote. Data only, `iu`; the first languages of those
 * products.
 */

/** The message is on hold: no shop or list says this about a stranger's mail. */
export const WAITING_PHRASES: readonly string[] = [
  'your (?:message|e-?mail|mail)[^.]{0,120}(?:wait-?listed|(?:is|was|has) (?:being |been )?(?:held|quarantined|blocked|delayed|placed|put|on hold)|awaiting (?:verification|confirmation|authentication|approval)|not (?:yet )?(?:been )?(?:delivered|released) (?:yet|until|unless)|will (?:only )?be (?:delivered|released|accepted) (?:after|once|as soon as|when|if))',
  '(?:to have|to get|to release|to deliver|before|for) your (?:message|e-?mail|mail)s?[^.]{0,30}(?:delivered|delivery|released|accepted|reaches)|so(?: that)? i can (?:receive|get|read) your (?:message|e-?mail|mail)',
  '(?:only|just) (?:from )?(?:people|senders|addresses|those)[^.]{0,40}(?:approved|authori[sz]ed|verified|white-?listed|know)|(?:list of )?(?:approved|allowed|authori[sz]ed|safe|guest|white)[ -]?(?:senders?|guests?|list)',
  "(?:confirm|verify|validate|authenticate|prove) (?:that )?(?:you are|you[’']re|your (?:message|e-?mail to|mail to|identity))[^.]{0,40}",
  '(?:protect(?:ing)?|guard|control|avoid|prevent|block)[^.]{0,40}(?:junk|spam|unsolicited)',
  '(?:ihre|deine) (?:nachricht|e-?mail|mail)[^.]{0,80}(?:zurückgehalten|zurückgestellt|wartet|erst (?:nach|wenn|dann)|quarantäne)|bestätigen sie[^.]{0,60}(?:absender|nachricht|e-?mail|mensch)|(?:spam|werbung)[^.]{0,30}(?:vermeiden|schützen|verhindern)',
  '(?:votre|ce) (?:message|courriel|e-?mail|mail)[^.]{0,80}(?:en attente|retenu|me parvienne|soit (?:remis|livré|délivré)|suspendu|quarantaine)|(?:vous )?authentifi(?:er|cation)|prot[ée]g(?:er|é)[^.]{0,30}(?:spam|ind[ée]sirable|pourriel)',
  'su (?:mensaje|correo|e-?mail)[^.]{0,80}(?:retenido|en espera|pendiente|cuarentena)|(?:confirme|confirmar|verifique)[^.]{0,60}(?:remitente|mensaje|humano|persona)',
  '(?:sua|a sua) (?:mensagem|e-?mail)[^.]{0,80}(?:retida|em espera|pendente|quarentena|aguarda)|(?:confirme|confirmar|verifique)[^.]{0,60}(?:remetente|mensagem|humano|pessoa)',
  'para que (?:a )?su?a? (?:mensagem|mensaje|e-?mail|correo)[^.]{0,40}(?:seja|possa|chegue|sea|pueda|llegue)',
  '(?:il (?:suo|tuo)|suo) (?:messaggio|e-?mail)[^.]{0,80}(?:trattenuto|in attesa|sospeso|quarantena)|(?:conferm|verific)[^.]{0,60}(?:mittente|messaggio|persona)',
  '(?:uw|je) (?:bericht|e-?mail|mail)[^.]{0,80}(?:vastgehouden|in de wacht|quarantaine|wacht op)',
  '(?:ваше|вашего) (?:письмо|сообщение|сообщения|письма)[^.]{0,80}(?:ожидает|задержано|удержано|карантин)|подтверд[^.]{0,60}(?:письм|сообщени|отправител|человек)',
];

/** Sufficient without a telling subject: a person must be proven, or a list of known senders guards the mailbox. */
export const PROOF_PHRASES: readonly string[] = [
  '(?:must|needs? to|has to) add your (?:e-?mail )?address to (?:a|the|his|her|their) list of (?:allowed|approved|authori[sz]ed|safe) senders',
  "(?:you are|you[’']re) (?:a |an |not a )?(?:real |human|robot|spammer|person|machine)|so(?: that)? i can (?:receive|get|read) your (?:message|e-?mail|mail)|your (?:message|e-?mail|mail)[^.]{0,60}wait-?listed|(?:add(?:ed)?|add yourself) to my (?:list of )?(?:approved|allowed|guest|white|safe)",
  '(?:messages?|e-?mails?|mensage(?:m|ns)|mensajes?|messaggi|nachrichten|mails) (?:sent|enviad[ao]s?|enviados?|inviati|von|envoyés) (?:by |por |da |par )?(?:rob[ôo]s?|robots?|bots|spammers?|spambots?|maschinen)',
  '(?:sie|du) (?:ein mensch|kein (?:roboter|spammer|automat))|vous êtes (?:une? )?(?:humain|personne|pas un robot)|usted es (?:una persona|humano)|não é um rob[ôo]|sei (?:una persona|umano)',
];

/** The list that guards the mailbox, which the stranger joins: "join her list of permitted senders". */
export const ADMISSION_PHRASES: readonly string[] = [
  '(?:join|enter|get (?:on|in)to|(?:be|are|get|been) (?:put|added|entered|placed)(?: (?:on|to|onto|in|into))?|to be on|add(?:s|ed)? you(?:rself|r address)?(?: (?:to|on))?) [^.]{0,50}(?:list of )?(?:permitted|allowed|approved|accepted|authori[sz]ed|trusted|known|safe|welcome|verified|guest|white)[ -]?(?:senders?|correspondents?|contacts?|people|persons?|addresses|guests?|list)', // en
  '(?:confirm|show|prove|verify|certify)(?: once)? (?:that )?(?:you are|it was|this was|a|your(?:self)?)[^.]{0,40}(?:person|human|real|not a (?:robot|machine|spammer)|sent (?:it|this))', // en
  '(?:lets? in|admits?|accepts?|allows?) (?:only )?(?:mail|e-?mail|messages?|people|senders)?[^.]{0,40}(?:know|knows|approved|verified|met)', // en
  'liste der (?:erlaubten|zugelassenen|bekannten|freigegebenen|vertrauten|genehmigten) (?:absender|kontakte)|(?:dass|ob) sie (?:ein mensch|kein (?:roboter|spammer|automat|programm)) sind', // de
  "liste (?:des|de ses|de mes|d[’'])? ?(?:expéditeurs|correspondants|contacts) (?:autorisés|approuvés|admis|connus|de confiance|vérifiés)|que vous êtes (?:bien )?une? (?:personne|humain)", // fr
  'lista (?:de|dei|de mis|de sus) (?:remitentes|contactos|remetentes|contatos|mittenti|contatti) (?:permitidos|autorizados|aprobados|aprovados|conocidos|conhecidos|autorizzati|consentiti|approvati|ammessi|noti)', // es, pt, it
  'lijst (?:van|met) (?:toegestane|goedgekeurde|bekende|vertrouwde) (?:afzenders|contacten)|list(?:a|an) (?:över|over) (?:tillåtna|godkända|tilladte|godkendte|tillatte|godkjente) (?:avsändare|afsendere|avsendere)|list(?:ę|ę|a|u|y|ie) (?:dozwolonych|zaufanych|zatwierdzonych|znanych) nadawców|seznamu? (?:povolených|schválených) odesílatelů', // nl, sv, da, no, pl, cs
  'списо?к[ауе]? (?:разрешённых|разрешенных|доверенных|одобренных|известных|дозволених) (?:отправителей|відправників)|(?:izin verilen|onaylı|güvenilir) gönderen(?:ler)? listes', // ru, uk, tr
  '(?:许可|允许|可信|已批准|白)(?:的)?(?:发件人)?名单|(?:許可|承認)(?:済み)?(?:送信者|差出人)リスト|허용된 (?:발신자|보낸 사람) (?:목록|명단)|قائمة المرسلين (?:المسموح|المعتمدين)|רשימת השולחים (?:המורשים|המאושרים)', // zh, ja, ko, ar, he
];

/** The message is held back, in words that need both other signs too. */
export const KEPT_PHRASES: readonly string[] = [
  '(?:your|the|this) (?:message|e-?mail|mail|letter|note)[^.!?]{0,60}(?:held|kept|withheld|waiting|waits|on hold|in quarantine|not (?:yet )?(?:been )?(?:delivered|passed on|let through)|reaches|will (?:then |only )?(?:be )?(?:delivered|passed on|let through|reach))|until then', // en
  '(?:ihre|deine) (?:nachricht|e-?mail|mail)[^.!?]{0,80}(?:zurückgehalten|zurückgestellt|wartet|erst|quarantäne|zugestellt)', // de
  '(?:votre|ce) (?:message|courriel|e-?mail|mail)[^.!?]{0,80}(?:en attente|retenu|bloqué|suspendu|quarantaine|remis|délivré|parvien)', // fr
  '(?:su|tu) (?:mensaje|correo)[^.!?]{0,80}(?:retenido|en espera|pendiente|cuarentena|entrega)|(?:sua|a sua) mensagem[^.!?]{0,80}(?:retida|em espera|pendente|quarentena|entregue)|(?:il (?:tuo|suo)) (?:messaggio|e-?mail)[^.!?]{0,80}(?:in attesa|trattenut|sospes|quarantena|consegnat)', // es, pt, it
  '(?:uw|je) (?:bericht|e-?mail|mail)[^.!?]{0,80}(?:vastgehouden|in de wacht|wacht|quarantaine|bezorgd)|(?:ditt|din) (?:meddelande|mejl|meddelelse|melding|mail)[^.!?]{0,80}(?:hålls|väntar|holdes|venter|karantän|karantæne)|(?:twoja|pana|pani|państwa) wiadomość[^.!?]{0,80}(?:wstrzyman|oczekuje|kwarantann)|vaše zpráva[^.!?]{0,80}(?:zadržen|čeká|karantén)', // nl, sv, da, no, pl, cs
  'ваше (?:письмо|сообщение|повідомлення)[^.!?]{0,80}(?:ожидает|задержано|удержано|карантин|доставлен|очікує|затримано)|(?:iletiniz|mesajınız)[^.!?]{0,80}(?:bekl|karantina)', // ru, uk, tr
  '(?:邮件|郵件|メール|메일|메시지)[^。.]{0,40}(?:暂扣|保留|等待|隔离|隔離|保留され|보류|대기)|رسالتك[^.]{0,80}(?:معلقة|محتجزة|الانتظار)|הודעתך[^.]{0,80}(?:ממתינה|מעוכבת)', // zh, ja, ko, ar, he
];

/** What the stranger has to do. */
export const ASKING_PHRASES: readonly string[] = [
  '\\b(?:click|follow|visit|press|reply|respond|fill (?:in|out)|send an? (?:empty|blank)|enter|complete|use) [^.]{0,60}(?:link|here|below|button|url|message|mail|form|address|request|page|code)|captcha|add yourself|reply to this|click',
  'klick|anklicken|folgenden link|antworten sie|auf diese (?:nachricht|e-?mail|mail)',
  'cliqu|lien ci-dessous|r[ée]pond(?:ez|re)|clic\\b|enlace|haga clic|pulse|respond(?:a|er)|clique|link abaixo|rispond|collegamento|klik|koppeling|нажм|ссылк|ответ',
];

export const CHALLENGE_SUBJECT =
  /(?:sender|message|e-?mail|mail) (?:verification|confirmation|authentication|validation)|(?:verification|confirmation|authentication) (?:of|for) your (?:message|e-?mail|mail)|\(?(?:verification|confirmation)(?: (?:required|needed|requested))?\)?$|(?:verification|confirmation) (?:required|needed|requested)|(?:please )?(?:confirm|verify|release) your (?:message|(?:e-?mail|mail)(?! address)\b)|anti-?spam|spam ?blocker|challenge|action required|authentifi|absenderbestätigung|bestätigen sie ihre (?:nachricht|e-?mail(?!-?adresse)|mail)|confirm(?:e|ez|ar|a) (?:su|votre|tu|il tuo|sua) (?:mensaje|message|messaggio|mensagem|correo)|подтверждение/iu;

/** What a shop or a list asks its own customers. */
export const OWN_REGISTRATION =
  /your (?:e-?mail address(?! to (?:a|the|his|her|their) list of (?:allowed|approved|authori[sz]ed|safe))|account|subscription|registration|order|booking|password|newsletter|identity for)|subscri(?:be|ption)|sign(?:ed|ing)? up|moderator|ihre(?:r)? (?:e-?mail-?adresse|anmeldung|bestellung|konto)|newsletter|votre (?:adresse|compte|inscription|commande)|su (?:cuenta|suscripción|registro)/iu;
