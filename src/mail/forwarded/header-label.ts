import { fold } from '../../mime/character-folding.ts';
import { labels, type Label } from './forward-words.ts';

const MAX_LABEL_CHARS = 40;

export interface LabelledLine extends Label {
  /** Folded. */
  readonly word: string;
  readonly value: string;
}

/** Where the label ends; -1 if no colon is near. Rules out most lines of most messages. */
function findColon(text: string): number {
  return text.slice(0, MAX_LABEL_CHARS).search(/[:：﹕]/u);
}

/** Two letters padded to the width of four: "主 题", "抄 送" (Aliyun, 139). */
const SPACED_HAN = /(?<=\p{Script=Han}) (?=\p{Script=Han})/gu;

/** Orange and La Poste print the date without a colon. */
const dateSentence = /^(?<label>message du)\s(?<value>\d{1,2}\/\d{1,2}\/\d{2,4}\s.{0,20})$/iu;

/** "From / De : x": bilingual templates print both labels. */
function readTwin(word: string): Label | undefined {
  const slash = word.indexOf('/');
  if (slash < 0) return undefined;
  const one = labels.get(word.slice(0, slash).trim());
  const other = labels.get(word.slice(slash + 1).trim());
  return one !== undefined && one.field === other?.field
    ? { field: one.field, languages: new Set([...one.languages, ...other.languages]) }
    : undefined;
}

/** "From: x", "*From:* x", "**From**: x", "De : x", "发件人：x", "From: | x", "Kopie (CC): x". */
export function readLabelledLine(given: string): LabelledLine | null {
  const colon = findColon(given);
  if (colon <= 0) return null;
  const sentence = /^m/iu.test(given) ? dateSentence.exec(given) : null;
  const before = sentence?.groups?.['label'] ?? given.slice(0, colon);
  const word = fold(
    /[*_|().&]/u.test(before)
      ? before
          .replaceAll('&nbsp;', ' ')
          .replace(/^[*_|\s]{1,6}/u, '')
          .replace(/[*_|]{1,3}\s?$/u, '')
          .replace(/\s?\((?:cc|bcc|cci|cco)\)\s?$/iu, '')
          .replace(/\.\s?$/u, '')
      : before,
  );
  const label = labels.get(word) ?? labels.get(word.replace(SPACED_HAN, '')) ?? readTwin(word);
  if (label === undefined) return null;
  const value = (sentence?.groups?.['value'] ?? given.slice(colon + 1))
    .replaceAll('&nbsp;', ' ')
    .trim()
    .replace(/^(?:\*{1,2}|_{1,2})(?=\s|$)/u, '')
    .replace(/^\|/u, '')
    .replace(/\|$/u, '')
    .trim();
  return { ...label, word, value };
}

/** `From "Ada Moss" <ada@example.com>`: eM Client omits the colon below its separator. */
export function readBareLabelledLine(text: string): LabelledLine | null {
  const parts = /^(?<word>\p{L}{1,20})\s(?<value>\S.{0,2000})$/u.exec(text);
  const word = fold(parts?.groups?.['word'] ?? '');
  const label = word === '' ? undefined : labels.get(word);
  return label === undefined ? null : { ...label, word, value: parts?.groups?.['value'] ?? '' };
}
