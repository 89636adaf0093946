/** Why a delivery failed: stable words that are stored and shown. */
export type BounceReason =
  | 'user-unknown'
  | 'host-unknown'
  | 'mailbox-full'
  | 'mailbox-disabled'
  | 'moved'
  | 'no-mail-here'
  | 'message-too-big'
  | 'expired'
  | 'network'
  | 'rate-limited'
  | 'greylisted'
  | 'blocked'
  | 'spam'
  | 'virus'
  | 'authentication'
  | 'policy'
  | 'relay-denied'
  | 'sender-rejected'
  | 'loop'
  | 'content'
  | 'protocol'
  | 'system-full'
  | 'system'
  | 'rejected';

/** What servers write, in the order tried: specific before general. */
export const REASON_WORDS: readonly (readonly [BounceReason, RegExp])[] = [
  ['greylisted', /gr[ea]y-?list/i],
  [
    'rate-limited',
    /too many (?:connections|messages(?! on | in )|recipients|mails|emails|concurrent)|\b(?:sending|daily|hourly|outgoing|outbound) (?:\w{1,15} ){0,3}(?:limit|quota)|rate.?limit|limit exceeded.{0,20}rate|at a rate that|too quickly|too fast|throttl|connection rate|trop de connexions|slow down|unusual rate|receiving rate|hourly limit|daily limit|frequency limit|max(?:imum)? (?:e-?mails|messages) per|too many mails|zu ?viele (?:nachrichten|verbindungen)|频率/i,
  ],
  [
    'mailbox-full',
    /(?:mail ?box|inbox|account|folder|user|recipient|store|maildir)[^.]{0,40}\b(?:is |was )?(?:full|over ?quota|over the quota|out of storage|out of space|exceeded)|over ?quota|quota (?:is )?exceed|exceed[^.]{0,30}quota|not enough (?:storage )?space|storage quota|quota ?exceeded|disk quota|mailbox size limit|postfach[^.]{0,30}voll|bo[iî]te[^.]{0,30}pleine|buz[oó]n[^.]{0,30}llen[oa]|casella[^.]{0,30}piena|caixa[^.]{0,40}cheia|переполнен|メールボックス[^。]{0,20}(?:一杯|いっぱい|超過)|容量[^。]{0,12}(?:超|オーバー)|邮箱[^。]{0,10}满|信箱[^。]{0,10}滿|skrzynka[^.]{0,30}(?:pełna|przepełniona)/i,
  ],
  [
    'mailbox-full',
    /over (?:its|his|her|their|the) (?:\w{1,20} )?quota|exceed(?:ed|s)? (?:the )?storage|storage (?:space|limit|allocation)[^.]{0,20}exceed|allowed storage|limit of storage|too many messages (?:on|in) |user output file|(?:mail ?box|inbox|maildir)(?![^.]{0,60}message)[^.]{0,30}(?:\bexceed|at its limit|overflow|allotted)|quota (?:violation|usage)|diskspace|(?:postfach|mailbox|konto)[^.]{0,60}(?:\bvoll|maximale gr(?:ö|oe)(?:ß|ss)e|überfüllt|speicherplatz)|zu ?viele mails|(?:mailbox|postvak|postbus)[^.]{0,30}\bvol\b|(?:brevlåd|postkass|postboks|innboks)\p{L}{0,6}[^.]{0,30}\bful[ld]|täynnä|skrzynk[^.]{0,40}(?:pe[łl]n|przepe[łl]n)|schránk[^.]{0,40}(?:pln[áéý]|přeplněn|preplnen)|posta(?:fiók|láda)[^.]{0,40}(?:megtelt|tele)|(?:căsuț|cutia|poșta)[^.]{0,30}plin|buz[oó]n[^.]{0,40}llen[oa]|sin espacio|caixa[^.]{0,40}cheia|casella[^.]{0,40}pien[ao]|bo[iî]te[^.]{0,60}(?:pleine|satur[ée]e)|переповнен|квот|γεμάτ|kutusu[^.]{0,30}dolu|ممتلئ|מלאה|đầy|เต็ม|penuh|空间不足|空間不足|已满|已滿|容量不足|超过[^。]{0,10}容量|いっぱい|満杯|용량[^.]{0,12}초과|가득/iu,
  ],
  [
    'system-full',
    /insufficient (?:system )?(?:storage|disk|space|resources)|disk full|no space left|out of disk|file system full/i,
  ],
  [
    'message-too-big',
    /(?:message|mail|size|attachment)[^.]{0,40}(?:too (?:big|large)|(?<!queue )too long|exceeds?[^.]{0,30}(?:size|limit|maximum))|exceeds (?:the )?(?:fixed )?maximum|too much data|maximum (?:message|mail) size|(?:message|mail) size[^.]{0,20}exceeded|size limit|recipsizelimit|message length exceeds|zu gro(?:ß|ss)|trop volumineux|demasiado grande|troppo grande|サイズ[^。]{0,12}(?:超|大き)/i,
  ],
  ['virus', /\bvirus(?! ?wall| ?scan)|malware|trojan|infected/i],
  [
    'loop',
    /too many (?:hops|.?received)|hop count|mail loop|loops? back|forwarding loop|routing loop|looping|(?<![a-z])loop(?![a-z])/i,
  ],
  [
    'relay-denied',
    /relay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed)|prohibited)|not permitted to relay|unable to relay|we (?:do not|don't) relay|relaying mail|cannot relay|not a relay|relay(?:ing)? (?:is )?(?:disallowed|prohibited|not)|authenticated to relay|rcpthosts|not a gateway/i,
  ],
  [
    'authentication',
    /\bdmarc\b|\bdkim\b|\bspf\b|sender policy framework|unauthenticated (?:email|mail|sender)|authentication (?:information|(?:is )?required|failure|failed|checks?)|not authenticated|no reverse|reverse (?:dns|lookup|\(?ptr)|\bptr record|\brdns\b|email address is not verified/i,
  ],
  [
    'moved',
    /user has moved|has moved to|not our user|(?:address|account|mailbox)[^.]{0,20}(?:has )?changed|new address is|please forward to|user not local; (?:please )?try/i,
  ],
  [
    'mailbox-disabled',
    /(?:mail ?box|account|user|recipient|address|e-?mail)[^.]{0,40}\b(?:(?:is|has been|was|temporary|temporarily|currently) ){0,3}(?:disabled|inactive|suspended|deactivated|locked|frozen|closed|blocked by admin|expired|not active|no longer (?:active|in use|accepts?))|(?:account|mail ?box) (?:is |has been ){0,2}blocked|(?:account|mail ?box|konto|compte|cuenta)[^.]{0,30}\b(?:terminated|dormant|discontinued|deaktiviert|cancell?ed|removed|deleted|gelöscht|supprimé|eliminad)|(?:disabled|inactive|suspended|deactivated|closed) (?:recipient|user|account|mailbox|address)|заблокирован|gesperrt|d[ée]sactiv[ée]/i,
  ],
  [
    'expired',
    /(?:delivery|message|retry|queue|time)[^.]{0,30}(?:expired|time-?out exceeded|timeout exceeded|timed out)|retry time(?:out)? (?:not reached|exceeded)|could not be delivered (?:for|within|in) |delivery time expired|too long in (?:the )?queue|in the queue too long|undelivered after|given up (?:after|trying)|(?:deliver|retr(?:y|ied)|attempt|queue)[^.]{0,60}\b(?:for|after|within|in)(?: the last| more than)? \d{1,7} (?:second|minute|hour|day|week|time|attempt|tr(?:y|ies))|failed \d{1,4} (?:attempts|times)|(?:tried|trying) (?:to deliver )?for \d|(?:has )?stopped trying|hop(?:s)? expired|zustellversuch/i,
  ],
  [
    'sender-rejected',
    /sender (?:address )?(?:rejected|denied|refused|verify failed|domain)|sender.{0,30}(?:not exist|invalid)|unauthorized sender|bad sender|badmailfrom|sender (?:is )?not allowed|mail from(?! \d)[^.]{0,30}(?:rejected|denied|refused)|\b(?:helo|ehlo) (?:command|name|argument|hostname)?[^.]{0,20}(?:reject|invalid|not|denied|mismatch)|cannot find your (?:host ?name|reverse)|domain of sender|unresolvable/i,
  ],
  [
    'no-mail-here',
    /null ?mx|does not accept (?:any )?(?:e-?)?mail|host does not accept|domain[^.]{0,40}not accept|no mail accepted|not configured to receive/i,
  ],
  [
    'host-unknown',
    /host (?:or domain name )?(?:is )?(?:unknown|not found)|service not known|non-?existent hosts|\b(?:invalid|illegal|unknown) domain|domain (?:name )?is not valid|no smtp service|no data record|no valid hosts|unknown host|domain[^.]{0,60}(?:not exist|does ?n.t exist|not found|nonexistent|unknown|couldn.t be found)|no such (?:domain|host)|bad destination (?:host|system)|unrouteable (?:mail )?domain|unrouteable address|couldn.t find any host|no mx|mx records? (?:found|exist)|illegal host|no mail servers? (?:appear|found|exist|for)|nxdomain|host lookup|ホスト[^。]{0,12}(?:見つ|不明)|infodomainnonexistent/i,
  ],
  [
    'user-unknown',
    /(?:user|recipient|mail ?box|account|address|addressee|e-?mail|person|name|destinataire|inbox)s?[^.:]{0,60}(?:unknown|not found|not exist|does ?n.t exist|doesn.t have|no longer exists|not known|not listed|not recogni[sz]ed|invalid|wasn.t found|couldn.t be found|could not be found|is not valid|not our customer|no such|not here|does not have|not a valid|is undeliverable)|(?:unknown|invalid|no such|bad|undeliverable|nonexistent|non-existent|illegal|not a (?:known|valid)) (?:local[ -]?part|local user|virtual user|user|recipient|mailbox|account|address|addressee|person|e-?mail|destination mailbox|to address)|no (?:valid )?(?:mailbox|recipients?|account) (?:here|by that|with that|found)|no valid recipients?|no mailbox|mailbox unavailable|mailbox[^.]{0,80}\bunavailable|not found by smtp|recip(?:ient)?notfound|recipient (?:address )?rejected: (?:access denied|undeliverable)|is not a known user|doesn.t have an? [\w.]{1,40} account|unbekannt|existiert nicht|nicht gefunden|n.existe pas|inconnu|no existe|desconocid|inesistente|non esiste|sconosciut|bestaat niet|niet gevonden|onbekend|n[aã]o existe|desconhecid|nie istnieje|nieznan|не существует|не найден|неизвестн|несуществующ|存在しない|存在しません|見つかりません|不存在|找不到|존재하지|찾을 수 없|bulunamadı|finns inte|findes ikke|finnes ikke|ei löydy|neexistuje|nem létezik|nu există|δεν υπάρχει|לא קיים|غير موجود/i,
  ],
  [
    'user-unknown',
    /not (?:a )?local (?:user|mailbox|recipient|address)|not our customer|not in (?:our|the|my) (?:\w{1,12} )?(?:directory|user ?list|database|list of valid)|validrcptto|no longer on (?:(?:this|the|our) )?(?:server|system)|(?:can ?not|can.t|could not|couldn.t|unable to) (?:find|locate|verify) (?:the |this )?(?:user|recipient|mail ?box|account|address)|(?:account|recipient|user) (?:is )?(?:not available|unavailable)|nobody by that name|no (?:e-?)?mail account|recipient (?:verif\w{1,8} failed|cannot be verified)|does? ?n.?t exist|dosn.?t exist|no exist\b|not (?:known at|on) this (?:site|system|server)|\b(?:user|mailbox) ?(?:id|name)? (?:is )?(?:not known|unknown)|\b(?:invalid|unknown) (?:\w{1,12} ){0,2}user ?id/i,
  ],
  [
    'spam',
    /\b(?:anti)?spam|\bunsolicited|\bube\b|\bjunk mail|\bbulk mail|bayes|content[- ]?filter|spamassassin|\bsuspicious/i,
  ],
  [
    'blocked',
    /block ?list|black ?list|deny ?list|\brbls?\b|dnsbl|spamhaus|barracudacentral|spamcop|reputation|(?:ip|host|client|server|sender|address|messages?|network|connection(?! (?:was )?refused))[^.]{0,50}\b(?:(?:is|are|was|been|were|currently) ){0,3}(?:blocked|banned|rejected by(?! an? remote| the (?:remote|recipient|destination|receiving))|denied|refused(?! (?:the |our )?connection)|not allowed to connect)|client host rejected|access denied|blocked (?:using|by|because|due)|banned|unexpected volume|user complaints|refused to talk|not allowed to send|service refused|deferred|messages?[^.]{0,60}weren.t sent|possible abuse|\bblocked\b/i,
  ],
  [
    'policy',
    /polic(?:y|ies)|administrative prohibition|executable|(?:forbidden|illegal|prohibited) (?:attachment|content)|attachment[^.]{0,30}(?:not allowed|blocked|forbidden|type)|not authori[sz]ed|permission|restricted|prohibited|not permitted|administratively|mail content|local rules|rejected by (?:the )?(?:system|administrator|rule)|compliance|header error/i,
  ],
  [
    'network',
    /name service|dns (?:error|failure|lookup|query)|connection (?:refused|timed out|reset|dropped|lost|closed|died|failed)|closed (?:the )?connection|host (?:is )?not reachable|lost connection|conversation with|no route to host|network (?:is )?unreachable|connect to |could not connect|cannot connect|unable to connect|couldn.t connect|socket error|did not (?:accept our requests|respond)|no answer from host|host is down|refused (?:the |our )?connection|timeout|timed out|starttls|tls|ssl|host[^.]{0,20}unreachable|communication failure/i,
  ],
  [
    'system',
    /local (?:configuration|error)|system (?:error|failure|not accepting|resources|is currently)|configuration error|internal (?:server )?error|(?:server|system) (?:is )?(?:temporarily |too ){0,2}busy|queue file|mailer error|try again later|temporary (?:failure|local problem|error)|temporarily (?:unavailable|deferred)|service (?:not|un)\s?available|command died|write error|operating system|i\/o error|out of memory/i,
  ],
  [
    'protocol',
    /syntax|command (?:not|parameter|unrecognized|rejected)|not implemented|bad sequence|protocol|unrecognized/i,
  ],
  [
    'content',
    /rfc ?[25]\d{3}|non-?(?:western|latin)|character sets?|charset|mime|header|encoding|8 ?bit|multiple addresses in from|format/i,
  ],
  [
    'rejected',
    /reject|refus|denied|declin|not accepted|failed|zurückgewiesen|abgelehnt|rifiutat|rechazad|recusad|geweigerd/i,
  ],
];
