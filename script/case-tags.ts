/** Generates docs/case-tags.md from the grammar. With `--check` it writes nothing and exits 1 if the file is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultRules } from '../src/decide/rules.ts';
import { caseTagPage } from '../src/mail/case-tag/case-tag-help.ts';

const path = fileURLToPath(new URL('../docs/case-tags.md', import.meta.url));
const page = caseTagPage(defaultRules);
if (!process.argv.includes('--check')) writeFileSync(path, page);
else if (readFileSync(path, 'utf8') !== page) {
  console.error('docs/case-tags.md is stale: run node script/case-tags.ts');
  process.exitCode = 1;
}
