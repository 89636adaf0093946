/** Where the large providers have their IMAP servers, and how one signs in there. By domain of the address, or of its MX. */

export interface Preset {
  readonly provider: string;
  readonly domains: readonly string[];
  /** The registrable domains of its mail exchangers, for domains of one's own. */
  readonly mx: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls';
  readonly user: 'address' | 'local part';
  readonly signIn: 'oauth' | 'app password' | 'password' | 'none';
  readonly note: string | null;
}

type Given = Pick<Preset, 'provider' | 'domains' | 'host' | 'signIn'> & Partial<Preset>;

const preset = (given: Given): Preset => ({
  mx: [],
  port: 993,
  security: 'tls',
  user: 'address',
  note: null,
  ...given,
});

export const presets: readonly Preset[] = [
  preset({
    provider: 'Microsoft 365',
    domains: ['onmicrosoft.com'],
    mx: ['outlook.com'],
    host: 'outlook.office365.com',
    signIn: 'oauth',
    note: 'provider microsoft',
  }),
  preset({
    provider: 'Outlook.com',
    domains: [
      'outlook.com',
      'hotmail.com',
      'live.com',
      'msn.com',
      'outlook.de',
      'outlook.fr',
      'hotmail.co.uk',
      'hotmail.fr',
      'hotmail.de',
    ],
    host: 'outlook.office365.com',
    signIn: 'oauth',
    note: 'provider microsoft, tenant consumers',
  }),
  preset({
    provider: 'Gmail',
    domains: ['gmail.com', 'googlemail.com'],
    host: 'imap.gmail.com',
    signIn: 'oauth',
    note: 'provider google; an app password works too, with two-step verification',
  }),
  preset({
    provider: 'Google Workspace',
    domains: [],
    mx: ['google.com', 'googlemail.com'],
    host: 'imap.gmail.com',
    signIn: 'oauth',
    note: 'provider google',
  }),
  preset({
    provider: 'Yahoo',
    domains: [
      'yahoo.com',
      'yahoo.co.uk',
      'yahoo.de',
      'yahoo.fr',
      'yahoo.it',
      'yahoo.es',
      'ymail.com',
      'rocketmail.com',
    ],
    mx: ['yahoodns.net'],
    host: 'imap.mail.yahoo.com',
    signIn: 'app password',
  }),
  preset({ provider: 'AOL', domains: ['aol.com', 'aim.com'], host: 'imap.aol.com', signIn: 'app password' }),
  preset({
    provider: 'iCloud',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    mx: ['icloud.com'],
    host: 'imap.mail.me.com',
    user: 'local part',
    signIn: 'app password',
  }),
  preset({
    provider: 'Fastmail',
    domains: ['fastmail.com', 'fastmail.fm'],
    mx: ['messagingengine.com'],
    host: 'imap.fastmail.com',
    signIn: 'app password',
  }),
  preset({
    provider: 'Zoho',
    domains: ['zoho.com', 'zohomail.com'],
    mx: ['zoho.com'],
    host: 'imap.zoho.com',
    signIn: 'app password',
  }),
  preset({
    provider: 'Zoho (EU)',
    domains: ['zohomail.eu'],
    mx: ['zoho.eu'],
    host: 'imap.zoho.eu',
    signIn: 'app password',
  }),
  preset({
    provider: 'GMX',
    domains: ['gmx.de', 'gmx.net', 'gmx.at', 'gmx.ch'],
    mx: ['gmx.net'],
    host: 'imap.gmx.net',
    signIn: 'password',
    note: 'IMAP has to be switched on in its settings',
  }),
  preset({
    provider: 'GMX.com',
    domains: ['gmx.com', 'gmx.us', 'gmx.co.uk'],
    host: 'imap.gmx.com',
    signIn: 'password',
    note: 'IMAP has to be switched on in its settings',
  }),
  preset({
    provider: 'WEB.DE',
    domains: ['web.de'],
    mx: ['web.de'],
    host: 'imap.web.de',
    signIn: 'password',
    note: 'IMAP has to be switched on in its settings',
  }),
  preset({
    provider: 'T-Online',
    domains: ['t-online.de', 'magenta.de'],
    host: 'secureimap.t-online.de',
    signIn: 'app password',
  }),
  preset({ provider: 'freenet', domains: ['freenet.de'], host: 'mx.freenet.de', signIn: 'password' }),
  preset({
    provider: 'IONOS',
    domains: [],
    mx: ['kundenserver.de', 'ionos.de'],
    host: 'imap.ionos.de',
    signIn: 'password',
  }),
  preset({
    provider: 'IONOS (US)',
    domains: [],
    mx: ['ionos.com', '1and1.com'],
    host: 'imap.ionos.com',
    signIn: 'password',
  }),
  preset({ provider: 'STRATO', domains: [], mx: ['rzone.de'], host: 'imap.strato.de', signIn: 'password' }),
  preset({ provider: 'OVHcloud', domains: [], mx: ['ovh.net'], host: 'ssl0.ovh.net', signIn: 'password' }),
  preset({ provider: 'Gandi', domains: [], mx: ['gandi.net'], host: 'mail.gandi.net', signIn: 'password' }),
  preset({
    provider: 'Infomaniak',
    domains: ['ik.me'],
    mx: ['infomaniak.ch'],
    host: 'mail.infomaniak.com',
    signIn: 'app password',
  }),
  preset({
    provider: 'mailbox.org',
    domains: ['mailbox.org'],
    mx: ['mailbox.org'],
    host: 'imap.mailbox.org',
    signIn: 'password',
  }),
  preset({ provider: 'Posteo', domains: ['posteo.de', 'posteo.net'], host: 'posteo.de', signIn: 'password' }),
  preset({
    provider: 'Orange',
    domains: ['orange.fr', 'wanadoo.fr'],
    host: 'imap.orange.fr',
    signIn: 'password',
  }),
  preset({
    provider: 'Yandex',
    domains: ['yandex.com', 'yandex.ru'],
    mx: ['yandex.net'],
    host: 'imap.yandex.com',
    signIn: 'app password',
  }),
  preset({
    provider: 'Proton Mail',
    domains: ['proton.me', 'protonmail.com', 'pm.me'],
    mx: ['protonmail.ch'],
    host: '127.0.0.1',
    port: 1143,
    security: 'starttls',
    signIn: 'password',
    note: 'only by its Bridge on this machine, with the password that the Bridge shows',
  }),
  preset({
    provider: 'Tuta',
    domains: ['tuta.com', 'tutanota.com'],
    mx: ['tutanota.de'],
    host: '',
    signIn: 'none',
    note: 'has no IMAP',
  }),
];
