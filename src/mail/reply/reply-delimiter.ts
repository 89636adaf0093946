import { fold } from '../../mime/character-folding.ts';

/** A help desk's line is shorter, decoration included. */
const MAX_DELIMITER_CHARS = 200;
const MAX_DELIMITER_WORDS = 22;
/** Without decoration, it is one short sentence. */
const MAX_BARE_WORDS = 14;

const OPENS_FRAMED = /^[-–—_=*#~+<>|[({•·─━═]/u;
const CLOSES_FRAMED = /[-–—_=*#~+<>|\])}•·─━═]$/u;
const OPENS_THICK = /^[-–—_=*#~+<>|[({•·─━═]{2}/u;

/** "Above this line", as help desks word it. */
const PLACES: readonly string[] = [
  'above this line',
  'above the dotted line',
  'above the dashed line',
  'above this dotted line',
  'above this dashed line',
  'above this mark',
  'above this delimiter',
  'oberhalb dieser zeile',
  'oberhalb dieser linie',
  'über dieser zeile',
  'über diese zeile',
  'über dieser linie',
  'über diese linie',
  'au dessus de cette ligne',
  'encima de esta linea',
  'arriba de esta linea',
  'sobre esta linea',
  "damunt d'aquesta linia",
  "sobre d'aquesta linia",
  'acima desta linha',
  'acima dessa linha',
  'sopra questa riga',
  'sopra questa linea',
  'boven deze regel',
  'boven deze lijn',
  'powyżej tej linii',
  'nad tą linią',
  'nad tento řádek',
  'nad tímto řádkem',
  'nad tuto čáru',
  'nad tento riadok',
  'nad týmto riadkom',
  'ovanför den här raden',
  'ovanför denna rad',
  'ovanför den här linjen',
  'ovanför denna linje',
  'over denne linje',
  'over denne linjen',
  'ovenfor denne linje',
  'ovenfor denne linjen',
  'tämän rivin yläpuolelle',
  'tämän viivan yläpuolelle',
  'bu satırın üstüne',
  'bu satırın üzerine',
  'bu çizginin üstüne',
  'bu çizginin üzerine',
  'ezen sor fölé',
  'e sor fölé',
  'ezen vonal fölé',
  'deasupra acestei linii',
  'deasupra acestui rând',
  'над этой строкой',
  'над этой линией',
  'над этой чертой',
  'выше этой строки',
  'выше этой линии',
  'над цим рядком',
  'вище цього рядка',
  'над този ред',
  'iznad ove linije',
  'iznad ovog reda',
  'iznad ove crte',
  'nad to vrstico',
  'selle rea kohale',
  'virš šios eilutės',
  'virs šīs rindas',
  'virs šīs līnijas',
  'πάνω από αυτή τη γραμμή',
  'πάνω από αυτήν τη γραμμή',
  'πάνω από αυτήν την γραμμή',
  'この行より上',
  'この線より上',
  'この行の上',
  '此行上方',
  '此行以上',
  '此行之上',
  '此线上方',
  '此線上方',
  '这一行上方',
  '이 줄 위에',
  '이 선 위에',
  '이 줄 위로',
  'فوق هذا السطر',
  'أعلى هذا السطر',
  'فوق هذا الخط',
  'מעל שורה זו',
  'מעל לשורה זו',
  'מעל קו זה',
  'phía trên dòng này',
  'เหนือบรรทัดนี้',
  'di atas baris ini',
  'di atas garis ini',
];

/** "Below this line", if it asks not to touch that; people also write "below a line". */
const BELOW: readonly string[] = [
  'below this line',
  'unter dieser zeile',
  'unterhalb dieser zeile',
  'unter dieser linie',
  'unterhalb dieser linie',
  'en dessous de cette ligne',
  'sous cette ligne',
  'debajo de esta linea',
  'abaixo desta linha',
  'sotto questa riga',
  'sotto questa linea',
  'onder deze regel',
  'onder deze lijn',
  'poniżej tej linii',
];
const LEAVE_ALONE =
  /(?:^|\s)(?:not|don['’]t|nothing|nicht|nichts|keine?|ne|pas|rien|no|nada|nao|non|nulla|niet|niets|nie|nic)\s/u;

/** What a line without decoration must ask for, as word beginnings. */
const REQUESTS: readonly string[] = [
  'reply',
  'respond',
  'respons',
  'answer',
  'comment',
  'antwort',
  'répon',
  'respuesta',
  'resposta',
  'risposta',
  'rispond',
  'antwoord',
  'reageer',
  'odpowied',
  'odpověd',
  'odpoved',
  'svar',
  'vastau',
  'yanıt',
  'cevap',
  'válasz',
  'răspun',
  'ответ',
  'відпов',
  'отговор',
  'odgovor',
  'vastus',
  'atsak',
  'atbild',
  'απάντ',
  'απαντ',
  '返信',
  '回复',
  '回覆',
  '答复',
  '답장',
  '답변',
  '회신',
  'رد',
  'תשוב',
  'trả lời',
  'ตอบ',
  'balas',
];

const oneOf = (phrases: readonly string[]): RegExp =>
  new RegExp(phrases.map((phrase) => fold(phrase).replace(/[.*+?^${}()|[\]\\/]/gu, '\\$&')).join('|'), 'u');
/** Asked of every line of every message: one pass over the line tells that it is none. */
const anyPlace = oneOf([...PLACES, ...BELOW]);
const placesBelow = BELOW.map(fold);
const requests = REQUESTS.map(fold);

/** Words of someone who tells something, not of a help desk's request. */
const TELLS = /^(?:i|we|my|our|ich|wir|je|nous|ik|wij|yo|eu|io|noi|jag|vi|he|she|they)\s/u;

/**
 * "##- Please type your reply above this line -##": help desks put it above what they send, and cut replies there. With decoration
 * around it, or as a short sentence of its own that asks for the answer.
 */
export function isReplyDelimiter(line: string): boolean {
  if (line.length > MAX_DELIMITER_CHARS) return false;
  const text = line.trim();
  if (text.length < 6) return false;
  // "REPLY-ABOVE-THIS-LINE"
  const isJoined = text.includes('-') || text.includes('_');
  const folded = fold(isJoined ? text.replaceAll(/(?<=\p{L})[-_](?=\p{L})/gu, ' ') : text);
  if (!anyPlace.test(folded)) return false;
  if (placesBelow.some((place) => folded.includes(place))) return LEAVE_ALONE.test(folded);
  const words = folded.split(' ').length;
  if (OPENS_THICK.test(text)) return words <= MAX_DELIMITER_WORDS;
  if (TELLS.test(folded) || !requests.some((request) => folded.includes(request))) return false;
  return (
    words <= (OPENS_FRAMED.test(text) && CLOSES_FRAMED.test(text) ? MAX_DELIMITER_WORDS : MAX_BARE_WORDS)
  );
}
