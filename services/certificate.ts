// A certificate authority and a server certificate for one run, so that a client can verify TLS on the loopback interface.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';

const days = '30';

export type Certificate = { readonly ca: string; readonly certificate: string; readonly key: string };

export const certificateIn = (folder: string): Certificate => ({
  ca: join(folder, 'ca.pem'),
  certificate: join(folder, 'server.pem'),
  key: join(folder, 'server.key'),
});

export async function makeCertificate(
  folder: string,
  names: readonly string[] = ['localhost'],
): Promise<void> {
  const { ca, certificate, key } = certificateIn(folder);
  const caKey = join(folder, 'ca.key');
  const request = join(folder, 'server.csr');
  const extensions = join(folder, 'server.ext');
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  writeFileSync(
    extensions,
    `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')},IP:127.0.0.1\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n`,
  );
  await run([
    'openssl',
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    caKey,
    '-out',
    ca,
    '-days',
    days,
    '-subj',
    '/CN=docketmail test authority',
  ]);
  await run(['openssl', 'req', ...newKey, '-keyout', key, '-out', request, '-subj', '/CN=localhost']);
  await run([
    'openssl',
    'x509',
    '-req',
    '-in',
    request,
    '-CA',
    ca,
    '-CAkey',
    caKey,
    '-CAcreateserial',
    '-out',
    certificate,
    '-days',
    days,
    '-extfile',
    extensions,
  ]);
}
