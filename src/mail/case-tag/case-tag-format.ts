import { readCaseTags } from './case-tag.ts';
import type { CaseTagWords } from './case-tag-words.ts';

/** Formats a tag that the parser reads back unchanged; null if there is none, as for a number with brackets or an unknown status. */
export function formatCaseTag(
  { ref, status }: { readonly ref: string | null; readonly status: string | null },
  words: CaseTagWords,
): string | null {
  const [word = ''] = words.caseWords;
  const tail = status === null ? '' : `: ${status}`;
  const forms = ref === null ? [`[${word}${tail}]`] : [`[${word} #${ref}${tail}]`, `[${word} #${ref}:]`];
  return (
    forms.find((form) => {
      const { tags } = readCaseTags(form, words);
      const [tag] = tags;
      return (
        tag !== undefined && !tag.lookAlike && tag.ref === ref && tag.status === status && tag.raw === form
      );
    }) ?? null
  );
}
