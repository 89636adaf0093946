/**
 * Generates `.env.example`, and the settings table in README.md between its markers, from the table of settings. With `--check` it
 * writes nothing and exits 1 if either is stale.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allSettings } from '../src/config/config-table.ts';
import type { Setting } from '../src/config/setting.ts';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const beginMark = '<!-- settings -->';
const endMark = '<!-- /settings -->';

const groups = [...new Set(allSettings.map(({ group }) => group))].map(
  (group) => [group, allSettings.filter((row) => row.group === group)] as const,
);

function envExample(): string {
  const head = [
    '# The settings of docketmail. Copy to .env and fill in what is not behind a "#"; the rest shows its default or an example.',
    '# A secret may stand in a file instead: NAME_FILE=/run/secrets/name.',
    '# Generated from src/config/config-table.ts by script/env-example.ts.',
  ];
  const sections = groups.map(([group, rows]) => [`# ---- ${group}`, ...rows.map(envLines)].join('\n\n'));
  return `${[head.join('\n'), ...sections].join('\n\n')}\n`;
}

/** The minimum for a first start: the required settings and one mailbox. */
const firstSteps = new Set(['IMAP_HOST', 'IMAP_USER', 'IMAP_PASS']);

function envLines(row: Setting): string {
  const value = row.fallback ?? row.example ?? '';
  const shown = /[\s#"\\]/u.test(value) ? `'${value}'` : value;
  const behind = row.required === true || firstSteps.has(row.name) ? '' : '# ';
  const note = row.fallback === undefined && row.example !== undefined && behind !== '' ? ' Example:' : '';
  return [...wrap(`${row.doc}${note}`), `${behind}${row.name}=${shown}`].join('\n');
}

function wrap(text: string): readonly string[] {
  const lines = ['#'];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length >= 100) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

function settingsTable(): string {
  const sections = groups.map(([group, rows]) =>
    [`**${group}**`, '', '| setting | default | meaning |', '|---|---|---|', ...rows.map(tableRow)].join(
      '\n',
    ),
  );
  return sections.join('\n\n');
}

function tableRow(row: Setting): string {
  const fallback =
    row.fallback === undefined ? (row.required === true ? 'required' : '–') : `\`${row.fallback}\``;
  const file = row.secret === true ? ` (or \`${row.name}_FILE\`)` : '';
  return `| \`${row.name}\`${file} | ${cell(fallback)} | ${cell(row.doc)} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function withTable(readme: string): string {
  const begin = readme.indexOf(beginMark);
  const end = readme.indexOf(endMark);
  if (begin < 0 || end < begin) return readme;
  return `${readme.slice(0, begin + beginMark.length)}\n${settingsTable()}\n${readme.slice(end)}`;
}

const examplePath = resolve(root, '.env.example');
const readmePath = resolve(root, 'README.md');
const readme = existsSync(readmePath) ? readFileSync(readmePath, 'utf8') : null;
const wanted = [
  { path: examplePath, content: envExample() },
  ...(readme === null ? [] : [{ path: readmePath, content: withTable(readme) }]),
];
const stale = wanted.filter(
  ({ path, content }) => !existsSync(path) || readFileSync(path, 'utf8') !== content,
);
if (process.argv.includes('--check')) {
  for (const { path } of stale) console.error(`${path} is stale: run node script/env-example.ts`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const { path, content } of stale) writeFileSync(path, content);
}
