/**
 * How mail clients introduce what they quote. Lower case; matched as whole words if the script has words. Sources: the message
 * catalogues and observed output of Gmail, Apple Mail, Thunderbird, Outlook, Yahoo, Proton, Horde and others.
 */

/** "wrote", as used in an attribution line. */
export const WROTE_WORDS: Readonly<Record<string, readonly string[]>> = {
  en: ['wrote', 'writes', 'sent', 'said', 'has written', 'posted'],
  de: ['schrieb', 'schrieben', 'hat geschrieben', 'geschrieben', 'schreibt'],
  fr: ['a écrit', 'a ecrit', 'écrit', 'écrivait', 'a envoyé'],
  es: ['escribió', 'escribio', 'escribe', 'ha escrito'],
  it: ['ha scritto', 'scrive', 'scrisse'],
  pt: ['escreveu', 'escreveram', 'escreve'],
  ca: ['missatge de', 'va escriure', 'ha escrit', 'escriví'],
  gl: ['escribiu'],
  eu: ['idatzi du', 'idatzi zuen', 'igorleak hau idatzi du', '(e)k idatzi zuen'],
  ro: ['a scris'],
  nl: ['schreef', 'heeft geschreven', 'het volgende geschreven', 'geschreven'],
  af: ['het geskryf', 'geskryf', 'skryf'],
  sv: ['skrev', 'skreiv'],
  da: ['skrev', 'har skrevet'],
  no: ['skrev', 'skreiv'],
  is: ['skrifaði', 'ritaði'],
  fi: ['kirjoitti', 'viestissä'],
  et: ['kirjutas'],
  lv: ['rakstīja', 'raksta'],
  lt: ['rašė', 'parašė'],
  pl: ['napisał', 'napisała', 'napisał(a)', 'napisał/a', 'pisze', 'napisana przez'],
  cs: ['napsal', 'napsala', 'napsal(a)', 'napsal/a', 'píše'],
  sk: ['napísal', 'napísala', 'napísal(a)', 'napísal/a', 'píše'],
  hu: ['írta', 'ezt írta', 'a következőt írta', 'írt'],
  sl: ['je napisal', 'je napisala', 'napisal', 'napisala', 'je napisal/-a'],
  hr: ['je napisao', 'je napisala', 'napisao', 'napisao/la', 'piše', 'je napisao/la'],
  sr: ['је написао', 'је написала', 'написао', 'написала', 'је написао/ла'],
  mk: ['напиша', 'напишал', 'пишува'],
  bg: ['написа', 'пише', 'писа'],
  ru: ['написал', 'написала', 'написал(а)', 'пишет', 'писал', 'писал(а)', 'пишете', 'вы писали'],
  uk: ['написав', 'написала', 'написав(-ла)', 'написав(ла)', 'пише', 'писав', 'пишуть'],
  be: ['напісаў', 'напісала', 'піша'],
  el: ['έγραψε', 'έγραψαν', 'εγραψε'],
  sq: ['shkroi', 'ka shkruar'],
  tr: ['yazdı', 'şunu yazdı', 'şöyle yazdı', 'tarihinde yazdı'],
  az: ['yazdı', 'yazıb'],
  kk: ['жазды'],
  ka: ['დაწერა', 'წერს'],
  hy: ['գրել է', 'գրեց'],
  id: ['menulis', 'tulis'],
  ms: ['menulis', 'menulis:'],
  tl: ['sumulat', 'isinulat ni', 'isinulat'],
  sw: ['aliandika', 'ameandika'],
  vi: ['đã viết', 'viết'],
  cy: ['ysgrifennodd', 'ysgrifennwyd'],
  ga: ['scríobh', 'a scríobh'],
  br: ['en deus skrivet', 'he deus skrivet'],
};

/** The same in scripts without spaces, or that attach it to the next word. */
export const WROTE_PARTS: readonly string[] = [
  // Chinese
  '写道',
  '寫道',
  '写道',
  '于',
  '來信',
  '撰寫',
  // Japanese
  'のメール',
  'のメッセージ',
  '書きました',
  'さんからのメール',
  'は書きました',
  'wrote',
  // Korean
  '작성',
  '님이 작성',
  '썼습니다',
  '썼어요',
  '님의 말',
  '쓴 글',
  '메시지',
  // Thai
  'เขียน',
  'เขียนว่า',
  // Hindi, Marathi, Bengali, Tamil
  'ने लिखा',
  'लिखा',
  'লিখেছেন',
  'எழுதியது',
  'எழுதினார்',
  // Hebrew, Arabic, Persian, Urdu
  'כתב',
  'כתבה',
  'מאת',
  'كتب',
  'كتبت',
  'نوشت',
  'نوشته',
  'نے لکھا',
];

/** How an attribution line begins; the date or the name follows. */
export const LEAD_WORDS: readonly string[] = // en de fr es it pt ca
  (
    'on|at|in a message dated|quoting|am|den|um|zitat von|le|el|il|il giorno|em|no dia|a|em dia|dia|el dia|el día|' +
    // nl sv da no is fi et lv lt
    'op|på|den|d.|þann|þ.|pe|kuupäeval||' +
    // pl cs sk hu sl hr ro sq
    'w dniu|dnia|dne|dňa|v|ve|u|dana|on|pe|în|în data|pe data de|la|më|' +
    // ru uk bg sr mk el tr id vi
    'в|у|на|дана|од|στις|την|στις|tarihinde|pada|pada tanggal|pada hari|vào|vào ngày|vào lúc|ngày|noong|mnamo|ar|ddydd|' +
    // zh ja ko th hi he ar fa
    '在|于|於|เมื่อ|ใน|को|בתאריך|ב-|ב|ביום|في|بتاريخ|در|در تاریخ'
  )
    .split('|')
    .filter((word, index, all) => word !== '' && all.indexOf(word) === index);

/** "Quoting N.N. <a@b>:", without any date (Horde, IMP, SquirrelMail). */
export const QUOTING_WORDS: readonly string[] = [
  'quoting',
  'zitat von',
  'citando a',
  'citando',
  'quotando',
  'selon',
  'citat av',
  'citat från',
  'citat fra',
  'citeren',
  'quoting message from',
  'cytowanie',
  'cytuję',
  'cituji',
  'citace',
  'idézet',
  'citez',
  'mensaje citado por',
  'lainaus',
  'цитирование',
  'цитирую',
];
