import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { defaultRules } from '../../../src/decide/rules.ts';
import { formatCaseTag } from '../../../src/mail/case-tag/case-tag-format.ts';
import { tagForms } from '../../../src/mail/case-tag/case-tag-forms.ts';
import { caseTagHelp, caseTagPage } from '../../../src/mail/case-tag/case-tag-help.ts';
import { readCaseTags, repliesInBracket } from '../../../src/mail/case-tag/case-tag.ts';
import { caseWordsByLanguage } from '../../../src/mail/case-tag/case-words.ts';
import { randomRefs, randomSubjects } from './random-subjects.ts';
import { subjects } from './subjects.ts';

const readSubject = (subject: string): readonly string[] => {
  const { tags, title } = readCaseTags(subject, defaultRules);
  return [
    ...tags.map(
      ({ ref, status, statusText, lookAlike }) =>
        `${ref ?? '-'}|${status ?? '-'}|${statusText ?? '-'}${lookAlike ? '|look-alike' : ''}`,
    ),
    title,
  ];
};

describe('the table of the grammar', () => {
  const examples = tagForms.flatMap(({ syntax, examples: own }) =>
    own.map((row) => [syntax, ...row] as const),
  );

  it.each(examples)('%s reads %s', (_, tag, ref = null, status = null, statusText = null) => {
    expect(readCaseTags(tag, defaultRules).tags).toEqual([
      { raw: tag, ref, status, statusText, lookAlike: false },
    ]);
  });

  it('has an example for each form', () => {
    expect(tagForms.filter(({ examples: own }) => own.length === 0)).toEqual([]);
  });

  it('matches the help and the documentation', () => {
    const help = caseTagHelp(defaultRules);
    const page = readFileSync(new URL('../../../docs/case-tags.md', import.meta.url), 'utf8');
    expect(page).toBe(caseTagPage(defaultRules));
    for (const { syntax, meaning } of tagForms) {
      expect(help).toContain(syntax);
      expect(help).toContain(meaning);
    }
  });
});

describe('a subject', () => {
  it('is one of at least 200 in the table', () => {
    expect(subjects.length).toBeGreaterThanOrEqual(200);
    expect(new Set(subjects.map(([subject]) => subject)).size).toBe(subjects.length);
  });

  it.each(subjects)('%s', (subject, ...expected) => {
    expect(readSubject(subject)).toEqual(expected);
  });

  it('is read in more than ten languages by default', () => {
    const languages = Object.entries(caseWordsByLanguage);
    expect(languages.length).toBeGreaterThan(10);
    for (const [language, words] of languages)
      for (const word of words)
        for (const spelled of [word, word.toUpperCase()])
          expect({ language, read: readSubject(`[${spelled} 4711: Open] Lease`) }).toEqual({
            language,
            read: ['4711|Open|Open', 'Lease'],
          });
  });
});

describe('a formatted tag is read back', () => {
  it('for 20,000 numbers of all forms, with and without a status', () => {
    const statuses = [null, ...defaultRules.caseStatuses.map(({ status }) => status)];
    let made = 0;
    for (const ref of randomRefs({ count: 20_000, seed: 7 })) {
      const status = statuses[made % statuses.length] ?? null;
      const tag = formatCaseTag({ ref, status }, defaultRules);
      if (tag === null) throw new Error(`no tag for ${JSON.stringify({ ref, status })}`);
      const { tags } = readCaseTags(`Re: ${tag} Lease`, defaultRules);
      expect(tags.map((one) => [one.ref, one.status])).toEqual([[ref, status]]);
      made += 1;
    }
    expect(made).toBe(20_000);
  }, 60_000);

  it('for each status without a number; what no tag can express is not formatted', () => {
    for (const { status } of defaultRules.caseStatuses)
      expect(formatCaseTag({ ref: null, status }, defaultRules)).toBe(`[Case Update: ${status}]`);
    expect(formatCaseTag({ ref: '4711', status: 'On Hold' }, defaultRules)).toBe(
      '[Case Update #4711: On Hold]',
    );
    for (const ref of ['', ']', '[1]', ' ', '4711.', 'АВ-12', '4\u200B7'])
      expect(formatCaseTag({ ref, status: null }, defaultRules)).toBeNull();
    expect(formatCaseTag({ ref: '1', status: 'Simmering' }, defaultRules)).toBeNull();
  });
});

describe('100,000 random and mutated subjects', () => {
  it('are read without errors, and each tag reads the same on its own', () => {
    let tagged = 0;
    for (const subject of randomSubjects({ count: 100_000, seed: 3 })) {
      const { tags, title } = readCaseTags(subject, defaultRules);
      const isSound =
        tags.length <= 8 &&
        title.length <= subject.length &&
        tags.every(({ raw, ref }) => subject.includes(raw) && raw.length <= 161 && ref !== '');
      if (!isSound)
        throw new Error(`${JSON.stringify(subject)} was read as ${JSON.stringify({ tags, title })}`);
      for (const tag of tags) {
        const [again] = readCaseTags(tag.raw, defaultRules).tags;
        if (JSON.stringify(again) !== JSON.stringify(tag))
          throw new Error(`${JSON.stringify(tag)} alone is read as ${JSON.stringify(again)}`);
      }
      if (tags.length > 0) tagged += 1;
    }
    expect(tagged).toBeGreaterThan(20_000);
  }, 60_000);
});

it('a "Re:" inside the bracket makes the message a reply', () => {
  expect(repliesInBracket('[Re: Case 4711: Closed] Lease')).toBe(true);
  expect(repliesInBracket('[AW: Case 4711] Lease')).toBe(true);
  expect(repliesInBracket('[Case 4711: Closed] Re: Lease')).toBe(false);
  expect(repliesInBracket('[EXTERNAL: Case 4711] Lease')).toBe(false);
});
