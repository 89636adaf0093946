/** Installs Debian's Chromium if no browser is there: the tests of the pages drive a real one. */
import { existsSync } from 'node:fs';
import { installPackages } from '../services/packages.ts';

const program = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

if (!existsSync(program))
  await installPackages(['chromium'], console.log).catch((error: unknown) => {
    console.error(
      `No Chromium could be installed (${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}).`,
      'Fix: install it, and set CHROMIUM to the path of the program if that is not /usr/bin/chromium.',
    );
    process.exitCode = 1;
  });
