/** How challenge-response systems ask a stranger to prove that a person wrote. Data only, `iu`; the first languages of those products. */
export const CHALLENGE_PHRASES: readonly string[] = [
  "(?:confirm|verify|validate|authenticate) (?:that )?(?:your|you are|you[’']re)[^.]{0,40}(?:message|e-?mail|mail|sender|not a spammer|human|a person|real person)",
  '(?:to have|to get|before|for) your (?:message|e-?mail|mail)[^.]{0,30}(?:delivered|released|accepted|reaches)[^.]{0,60}(?:click|reply|follow|confirm)',
  '(?:protect(?:ing)?|guard)[^.]{0,40}(?:junk|spam|unsolicited)[^.]{0,120}(?:click|reply|confirm|link)',
  '(?:not (?:yet )?(?:on|in) (?:my|the|an?) (?:approved|allowed|safe|guest|white)[ -]?(?:senders?|list))',
  'bestätigen sie[^.]{0,60}(?:absender|nachricht|e-?mail|mensch)',
  '(?:confirme[rz]|v[ée]rifie[rz])[^.]{0,60}(?:exp[ée]diteur|message|courriel|humain)[^.]{0,60}(?:cliqu|r[ée]pond|lien)',
  '(?:confirme|confirmar|verifique)[^.]{0,60}(?:remitente|remetente|mensaje|mensagem|humano|persona)[^.]{0,80}(?:clic|clique|enlace|respond)',
  '(?:conferm|verific)[^.]{0,60}(?:mittente|messaggio|persona)[^.]{0,80}(?:clic|rispond|link)',
  '(?:подтверд)[^.]{0,60}(?:письм|сообщени|отправител|человек)',
];

export const CHALLENGE_SUBJECT =
  /(?:sender|message|e-?mail|mail) (?:verification|confirmation|authentication|validation)|(?:verification|confirmation) (?:required|needed|requested)|please (?:confirm|verify) (?:your|that)|challenge|action required|absenderbestätigung|подтверждение/i;
