/** Converts one Outlook message in a separate process, because a hostile file may crash it: path in, MIME out. */
import { readFileSync } from 'node:fs';
import { mimeFromOutlook } from './outlook-message.ts';

try {
  process.stdout.write(mimeFromOutlook(readFileSync(process.argv[2] ?? '')));
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
