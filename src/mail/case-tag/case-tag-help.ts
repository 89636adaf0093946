import { tagForms } from './case-tag-forms.ts';
import { formatCaseTag } from './case-tag-format.ts';
import type { CaseTagWords } from './case-tag-words.ts';
import { caseWordsByLanguage } from './case-words.ts';

/** The grammar as `--help` shows it, with the words of the settings. */
export function caseTagHelp(words: CaseTagWords): string {
  const width = Math.max(...tagForms.map(({ syntax }) => syntax.length));
  const example = formatCaseTag({ ref: '4711', status: words.caseStatuses[0]?.status ?? null }, words);
  return [
    'Case tags in a subject, such as',
    `  ${example ?? ''}`,
    '',
    ...tagForms.map(({ syntax, meaning }) => `  ${syntax.padEnd(width)}  ${meaning}`),
    '',
    `  WORD    ${words.caseWords.join(', ')}`,
    `  STATUS  ${words.caseStatuses.map(({ status }) => status).join(', ')}, and other words for them`,
    '  REF     letters, digits and . _ / \\ -; without "#" one digit at least',
  ].join('\n');
}

/** docs/case-tags.md. */
export function caseTagPage(words: CaseTagWords): string {
  const cell = (text: string | null): string => (text === null ? '–' : `\`${text}\``);
  return `# Case tags

<!-- Made by script/case-tags.ts from the table that the parser reads by (src/mail/case-tag/case-tag-forms.ts). -->

A case tag is a text in brackets that stands anywhere in a subject: \`[…]\`, \`［…］\`, \`【…】\` or \`〔…〕\`. Letter case, accents on capitals, full-width characters and the marks between the parts do not matter; the first form that fits counts.

| form | means |
|---|---|
${tagForms.map(({ syntax, meaning }) => `| \`${syntax}\` | ${meaning} |`).join('\n')}

\`WORD\` is a word of \`CASE_WORDS\`, \`STATUS\` one of \`CASE_STATUSES\` or another word for it. A number (\`REF\`) has letters, digits and \`. _ / \\ -\`; without \`#\` or a word such as "No." before it, it needs a digit. It has at most five words, where a colon or a known status ends it.

| tag | number | status | status as written |
|---|---|---|---|
${tagForms
  .flatMap(({ examples }) => examples)
  .map(([tag, ref, status, text]) => `| \`${tag}\` | ${cell(ref)} | ${cell(status)} | ${cell(text)} |`)
  .join('\n')}

What mail programs do to a tag does not matter: prefixes before it, a link made of it (\`[http://Case #4711]\`), prefixes and markers of gateways inside the bracket (\`[Re: Case 4711: Closed]\`, \`[EXTERNAL: Case 4711]\`), other brackets around it. A tag in which a letter only looks like the one it should be, or that holds characters nobody sees, is recorded and held for a person.

A subject has at most 8 tags; a bracketed text of more than 160 characters is no tag; nothing behind 4,000 characters is read.

## Words without settings

${Object.entries(caseWordsByLanguage)
  .map(([language, list]) => `- ${language}: ${list.join(', ')}`)
  .join('\n')}

| status | other words |
|---|---|
${words.caseStatuses.map(({ status, aliases }) => `| ${status} | ${aliases.join(', ')} |`).join('\n')}
`;
}
