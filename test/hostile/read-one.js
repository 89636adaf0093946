/** Reads one message with the built program as a worker does, and prints what it cost: a process of its own for each. */
import { createReadStream, readFileSync } from 'node:fs';
import { readMail } from '../../dist/mail/read.js';

const [path = ''] = process.argv.slice(2);

/** The highest resident memory of this process in MB, as Linux counts it. */
function peakMb() {
  const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/u.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  return Number(kilobytes) / 1_024;
}

const before = process.cpuUsage();
const { mail } = await readMail({
  open: () => createReadStream(path, { highWaterMark: 256 * 1_024 }),
  sink: async (_attachment, content) => {
    const ended = new Promise((resolve) => content.once('close', resolve));
    content.resume();
    await ended;
  },
});
const { user, system } = process.cpuUsage(before);
console.log(
  JSON.stringify({
    // Not the time that passes: other programs run on the machine as well.
    ms: (user + system) / 1_000,
    peakMb: peakMb(),
    resultMb: JSON.stringify(mail).length / 1e6,
    warnings: [...new Set(mail.warnings.map((warning) => warning.split(':', 1)[0]))],
  }),
);
