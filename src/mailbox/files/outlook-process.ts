/** Converts one Outlook message in a process of its own, which a hostile file may cost: its path comes in, MIME goes out. */
import { readFileSync } from 'node:fs';
import { mimeFromOutlook } from './outlook-message.ts';

try {
  process.stdout.write(mimeFromOutlook(readFileSync(process.argv[2] ?? '')));
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
