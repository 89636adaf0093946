/**
 * How mail servers name themselves and what they write, by language. Data only: none of these alone makes a bounce (bounce.ts also
 * requires an automatic sender), because people quote bounces to each other.
 */

/** Sender local parts that only mail systems use (RFC 2142 postmaster; the rest by custom). */
export const DAEMON_LOCAL_PART =
  /^(?:mailer|mail|maildelivery|delivery|mdaemon|mmdf|mta|smtp)?[-_.]?(?:daemon|delivery[-_.]?(?:subsystem|system)|subsystem)$|^post[-_.]?master$|^mail[-_.]?(?:admin|administrator|router|system)$|^(?:mdaemon|mmdf|mda|mail[-_.]?(?:sys|robot)|bounces?(?:[-_.]?(?:handler|processor|daemon))?(?:\+.{0,64})?)$|^[a-z]{1,20}[-_.]daemon$|^(?:microsoftexchange|mailer-daemon|system-administrator)/;

/** Those of them that may be a person. */
export const PERSON_OR_DAEMON = /post[-_.]?master|admin|^bounces?\b/;

/** Mailboxes of services that send reports among other mail. */
export const MACHINE_LOCAL_PART =
  /^(?:(?:mail|e-?mail|smtp|mx|delivery|error|system|server|gateway|relay|bounce|returns?|undeliver(?:ed|able)|non-?delivery)[-_.]?(?:error|errors|notices?|notifications?|notifier|reports?|reporter|service|system|server|alerts?|info|gateway|status|returns?)|(?:error|notification|notice|bounce|return|alert|delivery|undeliver(?:ed|able)|non-?delivery|ndr)s?)$/;

export const DAEMON_NAME =
  /mailer[- _]?daemon|mail delivery (?:sub)?system|delivery subsystem|mail (?:delivery )?system|postmaster|system administrator|mail administrator|mail router|mail (?:server|service)|mail delivery service|internet mail (?:service|delivery)|system-?administrator|systeembeheerder|systemadministratör|systemansvarlig|järjestelmänvalvoja|administrator systemu|správce systému|rendszergazda|administratorul de sistem|системный администратор|sistem yöneticisi|administrateur syst[eè]me|administrador d[eo] sistema|administrador del sistema|amministratore (?:di )?sistema|시스템 관리자|系统管理员|系統管理員|システム管理者/i;

/** In subjects. */
export const SUBJECT_PHRASES: readonly RegExp[] = [
  // en
  /^un-?deliver(?:able|ed)\b|^ndn: |^returned (?:mail|e-?mail|message|to sender)\b|^return(?:ing|ed)? to sender/i,
  /\b(?:mail|message|e-?mail) (?:delivery|system|transfer)[- ](?:failed|failure|error|problem|report|delayed|unsuccessful|notification|status|subsystem)/i,
  /\bdelivery (?:status )?(?:notification|failure|failed|report|problem|error|incomplete|has failed|unsuccessful|delayed|delay|status)/i,
  /\b(?:failure|bounce|nondelivery|non-delivery|non delivery|undeliverable|undelivered) (?:notice|notification|report|mail|message)|\bbounced (?:mail|message)|\bmail failure|^failure notice|^(?:user|recipient|addressee|address|mailbox|host)s?[a-z ]{0,12} (?:unknown|not found)|^(?:unknown|invalid) (?:user|recipient|addressee|address|host|mailbox)\b|\bcould ?n.t be delivered|\bnot (?:be )?delivered|\bundeliverable\b|\bcan(?:no|.)t be delivered|\bwarning: (?:message|could not send)|\bproblem delivering|\bcould not (?:be )?(?:sent|send|deliver)|^rejected:|^postmaster notify|\bmessage (?:you sent )?(?:was |has been )?blocked|\berror sending (?:your )?(?:mail|message|e-?mail)|^\[bounced?\]|^(?:delayed|failed) (?:mail|message|e-?mail|delivery)|\b(?:mail|message|e-?mail) (?:is )?(?:delayed|rejected|bounced|blocked|undeliverable)\b/i,
  // de
  /unzustellbar(?:e (?:nachricht|e-?mail|mail|post)\b|(?=[\s:]|$))|^nicht zustellbar|zustell(?:ung|fehler|problem)|rückläufer|konnte nicht zugestellt/i,
  // fr
  /non remis|non d[ée]livr|non distribu|[ée]chec (?:de|d.|lors)|impossible de (?:remettre|distribuer)|courrier.{0,20}retourn/i,
  // es, pt
  /no (?:se pudo|se puede|se ha podido) entregar|no entregad|devuelto|fallo (?:en|de) (?:la )?entrega|error de entrega|n[ãa]o (?:foi |é )?(?:entregue|poss[íi]vel)|falha (?:na|de) entrega|devolvid/i,
  // it
  /non recapita|mancat[oa] (?:recapito|consegna)|impossibile (?:recapitare|consegnare)|non (?:è stato )?consegnat/i,
  // nl, sv, da, no, fi
  /onbestelbaar|niet (?:te )?(?:bezorgd|bezorgen|afgeleverd)|kan niet worden bezorgd|olevererbar|kan inte leverera|kunde inte levereras|kunne ikke leveres|kan ikke leveres|ikke leveret|ikke levert|uleverbar|toimittam|ei voi(?:tu|da)? toimittaa|perille/i,
  // pl, cs, sk, hu, ro
  /niedostarcz|nie (?:można|mozna|udało się|udalo sie|dostarczono|doręczono|dorecz)|zwrot|nedoručiteln|nedoručen|nelze doručit|kézbesíthetetlen|nem kézbesíthető|sikertelen|nelivrabil|nu (?:a putut fi|poate fi) livrat/i,
  // ru, uk, bg, el
  /недоставлен|не ?доставлен|не удал(?:ось|ается) достав|невозможно доставить|не может быть доставлен|недоставк|возврат|не вдалося достав|αδύνατη η παράδοση|δεν (?:ήταν δυνατή|παραδόθηκε)|μη παραδοτέο/i,
  // tr, ar, he, vi, th, id
  /teslim edilemed|iletilemed|gönderilemed|تعذر التسليم|لم يتم تسليم|فشل التسليم|לא ניתן למסור|לא נמסר|không (?:thể )?(?:gửi|chuyển)|ส่งไม่ได้|ไม่สามารถส่ง|tidak (?:dapat )?terkirim|gagal terkirim/i,
  // ja, zh, ko
  /配信(?:不能|不可|できません|エラー|に失敗)|配達(?:不能|できません)|送信(?:できません|エラー|に失敗)|不達|未配信|未送达|未传递|无法(?:送达|投递|传递)|退信|投递失败|無法(?:傳遞|投遞|送達)|傳(?:送|遞)失敗|未傳遞|退回|배달(?:되지|할 수|실패| 실패)|전송(?: )?실패|반송|전달되지/,
  // Titles of Exchange, Outlook and web mail reports in these and further languages
  /^(?:det gick inte att leverera|toimitus epäonnistui|livrare (?:eșuată|esuata)|imposibil de livrat|nu se poate livra|remise impossible|entrega fallida|error en la entrega|(?:bezorging|levering|leverans(?:en)?) (?:mislukt|misslyckades|mislyktes|mislykkedes)|dor[ęe]czenie nie powiod[łl]o|doru[čc]en[ií] (?:se nezda[řr]ilo|zlyhalo)|nedoručiteľn|nie je možné doručiť|(?:nachricht|e-?mail) (?:konnte )?nicht zugestellt)/i,
  /^(?:не ?уда[её]тся достав|не ?можливо достав|недостав|не може да се достави|(?:ошибка|сбой|помилка|збій|грешка при) достав|nije (?:moguće )?isporuč|ni mogoče dostaviti|nedostavljivo|није испоручено|(?:negalima|nepavyko) pristatyti|nepristatyt|nepiegād|nevar piegādāt|kohaletoimetamatu|kättetoimetamatu|ei saa kohale toimetada|no es pot lliurar|ezin da entregatu|ekki hægt að afhenda|δεν είναι δυνατή η παράδοση|teslim edilemi)/i,
  /^(?:لا يمكن تسليم|غير قابل للتسليم|לא ניתן להעביר|ไม่สามารถจัดส่ง|tidak (?:dapat|boleh|bisa) (?:di)?(?:kirim|hantar|sampaikan)|अवितरणीय|डिलीवर नहीं|전달할 수 없|未送達|無法投遞)/i,
];

/** In the text of the notice. */
export const BODY_PHRASES: readonly RegExp[] = [
  // en
  /(?:could|can|can't|couldn't|did|was|were|is|has|have|had|be)[ -]?(?:not|n't|n’t)[ -](?:been |be |yet been )?(?:deliver|reach|sent|receive)/i,
  /\b(?:un-?deliverable|undelivered|non-?delivery|delivery (?:has |to the following recipients? )?(?:failed|failure|error|has been delayed|delayed|incomplete)|permanent(?:ly)? (?:fatal )?(?:error|failure|failed)|failed permanently|returned to sender|did not reach|unable to deliver|undeliverable|rejected your message|failed to (?:deliver|send)|problem delivering|has failed delivery|automatically rejected|has been rejected|was rejected|failed addresses|fatal errors|delivery status notification|unknown user|no such user|user unknown)/i,
  /this is the (?:qmail-send|mail system|machine generated|mail delivery agent)|created automatically by mail delivery software|(?:would|could) not be delivered|giving up|address(?:es)? (?:failed|not found)|could not send/i,
  // the rest, in the order of the subjects
  /nicht (?:zugestellt|zustellbar|übermittelt)|unzustellbar|zustellung/i,
  /(?:n'a|n’a|n'ont|n’ont|pas)[^.]{0,30}(?:remis|distribu|d[ée]livr|abouti)|[ée]chec de la remise|non remis|impossible de (?:remettre|distribuer)/i,
  /no (?:se )?(?:pudo|puede|ha podido|ha sido)[^.]{0,30}entrega|no (?:fue )?entregad|n[ãa]o (?:p[ôo]de|foi|pode)[^.]{0,30}entreg/i,
  /(?:impossibile|non)[^.]{0,40}(?:recapita|consegna)/i,
  /niet (?:worden )?(?:bezorgd|afgeleverd|aangekomen|bereikt)|onbestelbaar|inte (?:levereras|kunde)|kunde inte|inte att leverera|ikke (?:leveres|leveret|levert)|ei (?:voitu|voida|toimitettu)/i,
  /nie (?:można|mozna|mogła|mogla|udało|udalo|została|zostala)[^.]{0,30}(?:dostarcz|doręcz|dorecz)|nelze doručit|nebyla doručena|nepodařilo|nem (?:sikerült )?kézbesít|nu a (?:putut fi )?livrat/i,
  /не (?:может быть |было |удалось |удаётся |удается )?достав|не вдалося|δεν (?:ήταν δυνατή|παραδόθηκε|μπόρεσε)/i,
  /teslim edil|iletilemed|تعذر|لم يتم|לא (?:ניתן|נמסר)|không thể|ไม่สามารถ|tidak dapat/i,
  /(?:配信|配達|送信|送達|お届け)[^。]{0,16}(?:でき|不能|失敗|れません)|無法|无法|未能|未传递|未傳遞|退信|退回|失败|失敗|수 없|실패|반송/,
  // failed or missing delivery, as Exchange's reports say it
  /(?:übermittlung|zustellung)[^.]{0,60}fehlgeschlagen|(?:einige|alle) [^.]{0,30}empfänger nicht erreicht|la remise [^.]{0,60}a échoué|n['’]est pas (?:parvenu|arrivé)|error (?:en|de|durante) la entrega|falha na entrega|(?:no|não|non) (?:llegó|ha llegado|chegou|ha raggiunto)|recapito [^.]{0,20}non riuscito/i,
  /(?:bezorging|levering|leveransen|leverans) [^.]{0,80}(?:mislukt|misslyckades|mislyktes|mislykkedes)|nådde inte|nåede ikke|nådde ikke|toimitus [^.]{0,60}epäonnistui|viestisi ei (?:tavoittanut|mennyt)/i,
  /(?:dostarczenie|dor[ęe]czenie) [^.]{0,80}nie powiod[łl]o|nie dotar[łl]a do|doru[čc]en[ií]e? [^.]{0,80}(?:se nezda[řr]ilo|zlyhalo)|se nedostala|nem sikerült|nem érkezett meg|livrarea [^.]{0,60}(?:nu a reușit|a eșuat)|isporuka [^.]{0,60}nije usp|dostava [^.]{0,60}ni uspela|pristatym[^.]{0,60}nepavyko|nepristatyt|piegāde [^.]{0,60}neizdevās|kohaletoimetamine [^.]{0,60}nurjus/i,
  /(?:сбой|ошибка|помилка|збій) достав|не удалось (?:выполнить )?достав|не достигло|не е доставен|доставката [^.]{0,60}не (?:беше|бе) успешна|η παράδοση [^.]{0,80}απέτυχε|teslim[^.]{0,30}başarısız/i,
  /فشل (?:التسليم|تسليم)|המסירה [^.]{0,60}נכשלה|không thành công|ล้มเหลว|pengiriman [^.]{0,60}gagal|届きません|届けられません|배달(?:하지 못|되지 않)|전(?:달|송)(?:하지 못|되지 않|되지 못)/i,
];

/** A report of success in prose (RFC 3464 "delivered", "relayed"). Any refusal code outweighs it. */
export const SUCCESS_PHRASES: readonly RegExp[] = [
  /(?:was|been) successfully (?:delivered|relayed|sent)|\bsuccessful (?:mail )?delivery|^your message was delivered to the following recipients|mail delivery report that you requested|successful delivery notifications|delivery to (?:these|the following) recipients[^.]{0,60}is complete/im,
  /erfolgreich (?:zugestellt|übermittelt|weitergeleitet)|remis avec succès|entregado correctamente|consegnato correttamente|entregue com (?:êxito|sucesso)|met succes (?:bezorgd|afgeleverd)|wurde (?:den|dem) folgenden empfängern? zugestellt/i,
];

/** The server keeps trying: a delay, not a failure (RFC 3464 §2.3.3 "delayed"). */
export const DELAY_PHRASES: readonly RegExp[] = [
  /warning message only|do not need to re-?send|has been delayed|\bis delayed for|temporary failure report|will (?:be )?(?:keep |continue |re)(?:trying|tried|try)|will continue to try|keeps? (?:on )?trying|will (?:\w{1,12} ){0,2}try again|delivery attempts will continue|\bbeing delayed|\bmessage is delayed\b|still (?:trying|undelivered|being retried|in the queue)|(?:gmail|server|system) will retry|temporary problem delivering|delivery (?:incomplete|is delayed|delayed)|not (?:yet )?been (?:yet )?delivered (?:yet|after)|has not yet been|no action is required/i,
  /verzögert|weiterhin versuch|versucht[^.]{0,20}weiter|noch nicht zugestellt|still in the queue|retard[ée]|sera (?:r[ée]essay|retent)|retrasad|se (?:seguirá|volverá) (?:a )?intent|atrasad|ritardat|in ritardo|vertraagd|försenad|forsinket|viivästy|opóźni|zpožd|задерж|отложен|gecik|遅延|遅れて|再送|延迟|延遲|지연/i,
];

/** The server has stopped trying. Outweighs a delay phrase. */
export const FAILURE_PHRASES: readonly RegExp[] = [
  /failed permanently|permanent(?:ly)? (?:fatal )?(?:error|failure|failed)|giv(?:en|ing) up|(?<!non-)fatal errors|has failed|delivery failed|will not be (?:retried|delivered)|undeliverable|returned to sender/i,
];
