// Debian packages for the host, without starting their daemons.
import { existsSync } from 'node:fs';
import { run, succeeds } from './command.ts';
import { asRoot } from './machine.ts';

const policyPath = '/usr/sbin/policy-rc.d';

/** Units that a package enables for the next boot; docketmail starts its own processes on its own ports. */
const unitOf: Readonly<Record<string, string>> = {
  'redis-server': 'redis-server.service',
  'dovecot-imapd': 'dovecot.service',
};

export async function installPackages(names: readonly string[], log: (line: string) => void): Promise<void> {
  const missing: string[] = [];
  for (const name of names) if (!(await isInstalled(name))) missing.push(name);
  if (missing.length === 0) return;
  log(`installing ${missing.join(', ')}`);
  const removePolicy = await forbidDaemons();
  try {
    const install = asRoot([
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      'install',
      '--yes',
      '--quiet',
      '--no-install-recommends',
      ...missing,
    ]);
    // A machine without package lists cannot find the packages.
    await run(install).catch(async () => {
      await run(asRoot(['apt-get', 'update', '--quiet']));
      await run(install);
    });
    await disableUnits(missing);
  } finally {
    await removePolicy();
  }
}

const isInstalled = async (name: string): Promise<boolean> =>
  (await run(['dpkg-query', '-W', '-f', '${db:Status-Status}', name]).catch(() => '')) === 'installed';

/** Debian's own way to prevent daemon starts during an installation. Removed afterwards, and skipped if the host has its own policy. */
async function forbidDaemons(): Promise<() => Promise<void>> {
  if (existsSync(policyPath)) return () => Promise.resolve();
  await run(
    asRoot(['sh', '-c', `printf '#!/bin/sh\\nexit 101\\n' > ${policyPath} && chmod 755 ${policyPath}`]),
  );
  return async () => void (await run(asRoot(['rm', '-f', policyPath])));
}

async function disableUnits(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const unit = unitOf[name];
    // The helper of Debian's own maintainer scripts; works without a running systemd and requires a package name.
    const disable = ['env', `DPKG_MAINTSCRIPT_PACKAGE=${name}`, 'deb-systemd-helper', 'disable', unit ?? ''];
    if (unit) await succeeds(asRoot(disable));
  }
}
