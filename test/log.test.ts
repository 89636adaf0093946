import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const log = fileURLToPath(new URL('../src/log.ts', import.meta.url));
const program = (format: string): string =>
  `import { createLog } from ${JSON.stringify(log)};
   createLog('info', '${format}').warn({ mailbox: 'office', error: 'a\\u001b[2Jb\\nforged' }, 'mailbox cannot be reached');`;

async function said(format: string): Promise<string> {
  const args = ['--input-type=module', '--eval', program(format)];
  return (await promisify(execFile)(process.execPath, args)).stderr;
}

describe('the log', () => {
  it.each(['auto', 'json'])('is JSON where nobody looks at a terminal: %s', async (format) => {
    const [line = '', ...more] = (await said(format)).trimEnd().split('\n');
    expect(JSON.parse(line)).toMatchObject({
      level: 40,
      mailbox: 'office',
      msg: 'mailbox cannot be reached',
    });
    expect(more).toEqual([]);
  });

  it('is for people if asked to, and lets no text of others move the cursor', async () => {
    const text = await said('pretty');
    expect(text).toMatch(/^\[\d\d:\d\d:\d\d\] WARN: mailbox cannot be reached/u);
    expect(text).toContain('office');
    expect(text).not.toContain('\u001B');
    expect(text).not.toMatch(/^forged/mu);
  });
});
