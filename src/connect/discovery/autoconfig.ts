/** PURE. The IMAP servers that an autoconfig document names (draft-ietf-mailmaint-autoconfig). */
import { Parser } from 'htmlparser2';

export interface NamedServer {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls';
  /** With the placeholders filled in. */
  readonly user: string;
  readonly isOAuthOffered: boolean;
}

const MAX_SERVERS = 8;
const MAX_TEXT = 300;
const MAX_DEPTH = 20;

/** Entities are text for the parser, so that none expands; elements beyond a depth are not followed. */
export function readAutoconfig(xml: string, address: string): readonly NamedServer[] {
  const servers: NamedServer[] = [];
  const path: string[] = [];
  let fields: Record<string, string> | null = null;
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        if (path.length >= MAX_DEPTH) {
          parser.reset();
          return;
        }
        path.push(name);
        if (name === 'incomingServer' && attributes['type']?.toLowerCase() === 'imap') fields = {};
      },
      ontext: (text) => {
        const name = path.at(-1);
        if (fields === null || name === undefined || path.at(-2) !== 'incomingServer') return;
        fields[name] = `${fields[name] ?? ''}${text}${name === 'authentication' ? ' ' : ''}`.slice(
          0,
          MAX_TEXT,
        );
      },
      onclosetag: (name) => {
        path.pop();
        if (name !== 'incomingServer' || fields === null) return;
        const server = serverIn(fields, address);
        fields = null;
        if (server !== null && servers.length < MAX_SERVERS) servers.push(server);
      },
    },
    { xmlMode: true, decodeEntities: false },
  );
  parser.end(xml);
  return servers;
}

/** Null for what is no usable server; one in clear text is none. */
function serverIn(fields: Readonly<Record<string, string>>, address: string): NamedServer | null {
  const field = (name: string): string => (fields[name] ?? '').trim();
  const host = filled(field('hostname'), address).toLowerCase();
  const port = Number(field('port'));
  const security = { SSL: 'tls', STARTTLS: 'starttls' }[field('socketType').toUpperCase()] as
    | NamedServer['security']
    | undefined;
  if (!isHostName(host) || security === undefined) return null;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return null;
  const user = filled(field('username') || '%EMAILADDRESS%', address);
  return { host, port, security, user, isOAuthOffered: /oauth2/iu.test(field('authentication')) };
}

export const isHostName = (host: string): boolean =>
  host.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/u.test(host);

function filled(text: string, address: string): string {
  const at = address.lastIndexOf('@');
  return text
    .replaceAll('%EMAILADDRESS%', address)
    .replaceAll('%EMAILLOCALPART%', address.slice(0, at))
    .replaceAll('%EMAILDOMAIN%', address.slice(at + 1));
}
