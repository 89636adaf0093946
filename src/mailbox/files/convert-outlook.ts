import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Larger ones are refused: they are held in memory several times. */
export const MAX_OUTLOOK_BYTES = 64 * 1024 ** 2;
/** Base64 and twice the text. */
const MAX_MIME_BYTES = 3 * MAX_OUTLOOK_BYTES;
const TIME_LIMIT_MS = 60_000;
const MAX_HEAP_MB = 1_024;

/** An Outlook message as MIME. @throws what is wrong with it. */
export async function convertOutlook(path: string): Promise<Buffer> {
  const program = import.meta.url.endsWith('.ts') ? './outlook-process.ts' : './outlook-process.js';
  const entry = fileURLToPath(new URL(program, import.meta.url));
  return await new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [`--max-old-space-size=${MAX_HEAP_MB}`, entry, path],
      // No secret from the settings reaches a process that reads strangers' mail.
      {
        encoding: 'buffer',
        timeout: TIME_LIMIT_MS,
        maxBuffer: MAX_MIME_BYTES,
        env: {},
        killSignal: 'SIGKILL',
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const said = stderr.toString('utf8').split('\n', 1)[0] ?? '';
        return reject(
          new Error(
            error.killed === true
              ? 'it takes too long to read, or is too large'
              : said.slice(0, 200) || 'it cannot be read',
          ),
        );
      },
    );
  });
}
