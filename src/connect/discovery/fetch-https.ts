/** One small document over HTTPS, of a public host, without redirects: an address is typed by whoever likes. */
import { lookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { request } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from '../../public-address.ts';

const MAX_BYTES = 64 * 1024;

/** The address that is connected to is the one that was judged: it is looked up once. */
const lookupPublic = (
  host: string,
  _options: object,
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
): void => {
  lookup(host, { all: true }, (error, addresses) => {
    const found = error === null ? addresses.filter(({ address }) => isPublicAddress(address)) : [];
    if (found.length > 0) callback(null, found);
    else callback(error ?? new Error(`${host} has no public address`), []);
  });
};

/** Where a test has its server, and who vouches for it. */
export interface TestPlace {
  readonly lookup?: LookupFunction;
  readonly port: number;
  readonly ca?: Buffer;
}

/** Null for anything but 200 and a document of at most 64 KB. */
export async function fetchHttps(
  url: string,
  signal: AbortSignal,
  place?: TestPlace,
): Promise<string | null> {
  const { protocol, hostname } = new URL(url);
  // Nobody looks up what is an address already.
  if (protocol !== 'https:' || isIP(hostname.replaceAll(/[[\]]/gu, '')) !== 0) return null;
  return await new Promise((resolve) => {
    const nothing = (): void => resolve(null);
    const asked = request(
      url,
      {
        signal,
        lookup: lookupPublic,
        agent: false,
        headers: { accept: 'text/xml', 'user-agent': 'docketmail' },
        ...place,
      },
      (response) => {
        if (response.statusCode !== 200) {
          response.destroy();
          nothing();
          return;
        }
        const parts: Buffer[] = [];
        let size = 0;
        response.on('error', nothing);
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > MAX_BYTES) {
            response.destroy();
            nothing();
          } else parts.push(part);
        });
        response.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
      },
    );
    asked.on('error', nothing);
    asked.end();
  });
}
