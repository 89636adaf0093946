/** What reading case tags costs: 100,000 random and mutated subjects with the slowest of them, and subjects of doubling length. */
import { performance } from 'node:perf_hooks';
import { defaultRules } from '../src/decide/rules.ts';
import { readCaseTags } from '../src/mail/case-tag/case-tag.ts';
import { hostileUnits, randomSubjects } from '../test/mail/case-tag/random-subjects.ts';

const COUNT = 100_000;
let slowest = { ms: 0, subject: '' };
const started = performance.now();
for (const subject of randomSubjects({ count: COUNT, seed: 1 })) {
  const before = performance.now();
  readCaseTags(subject, defaultRules);
  const ms = performance.now() - before;
  if (ms > slowest.ms) slowest = { ms, subject };
}
const total = performance.now() - started;
console.log(`${COUNT} subjects in ${Math.round(total)} ms, ${((total / COUNT) * 1000).toFixed(1)} µs each`);
console.log(`slowest ${slowest.ms.toFixed(2)} ms: ${JSON.stringify(slowest.subject.slice(0, 100))}`);

const LENGTHS = [500, 1_000, 2_000, 4_000, 8_000, 1_000_000];
console.log(`ms at ${LENGTHS.join(', ')} characters; nothing behind 4,000 is read`);
for (const unit of hostileUnits) {
  const times = LENGTHS.map((length) => {
    const subject = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    const before = performance.now();
    for (let round = 0; round < 5; round += 1) readCaseTags(subject, defaultRules);
    return ((performance.now() - before) / 5).toFixed(2);
  });
  console.log(`${JSON.stringify(unit).padEnd(24)} ${times.join('  ')}`);
}
