// Says what to do if Node.js is too old to run TypeScript directly. Imported before anything that would fail less clearly.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const [needed, found] = [engines.node, process.versions.node].map((version) =>
  version.match(/\d+/g).map(Number),
);
if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  console.error(`docketmail needs Node.js ${engines.node}; this is ${process.version}.`);
  console.error('Fix: run script/setup, which fetches one for npm and npx where the machine has none.');
  process.exit(1);
}
