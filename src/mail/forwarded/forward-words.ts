import {
  endWords,
  forwardLanguages,
  forwardStems,
  messageStems,
  originalStems,
} from './forward-languages.ts';
import { fold } from '../../mime/character-folding.ts';

export type HeaderField = 'from' | 'date' | 'to' | 'cc' | 'subject' | 'replyTo' | 'other';

export interface Label {
  readonly field: HeaderField;
  readonly languages: ReadonlySet<string>;
}

const fields = ['from', 'date', 'to', 'cc', 'subject', 'replyTo', 'other'] as const;

const alternatives = (text: string | undefined): string[] =>
  (text ?? '').split('|').filter((word) => word !== '');

/** The words of one column of the table, folded. */
function column(name: 'forwarded' | 'original' | 'wrote'): ReadonlySet<string> {
  return new Set(forwardLanguages.flatMap((language) => alternatives(language[name]).map(fold)));
}

/** Printed beside labels of any language. */
const EVERYWHERE: Partial<Record<HeaderField, readonly string[]>> = { cc: ['Cc'], other: ['Bcc'] };

function readLabels(): ReadonlyMap<string, Label> {
  const found = new Map<string, { readonly field: HeaderField; readonly languages: Set<string> }>();
  for (const language of forwardLanguages)
    for (const field of fields)
      for (const word of [...alternatives(language[field]), ...(EVERYWHERE[field] ?? [])]) {
        const label = found.get(fold(word)) ?? { field, languages: new Set<string>() };
        label.languages.add(language.language);
        found.set(fold(word), label);
      }
  return found;
}

/** Folded label → its field. */
export const labels = readLabels();
/** Folded phrases of separator lines for forwards only. */
export const forwardedPhrases = column('forwarded');
/** Folded phrases of separator lines that replies also have. */
export const originalPhrases = column('original');
/** Folded words around the name in an attribution line. */
export const attributionWords = column('wrote');
export const foldedForwardStems = forwardStems.map(fold);
export const foldedOriginalStems = originalStems.map(fold);
export const foldedMessageStems = messageStems.map(fold);
export const foldedEndWords = endWords.map(fold);
