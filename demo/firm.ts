/** An invented law office, its people and its clients. All domains are reserved (RFC 2606). */

const domain = 'larkin-voss.example';
/** The firm's name for its mail server, in the headers it adds. */
export const receivingServer = 'mx.larkin-voss.example';

export const staff = {
  ines: 'Ines Larkin <ines.larkin@larkin-voss.example>',
  tom: 'Tom Voss <tom.voss@larkin-voss.example>',
  office: 'Larkin Voss Office <office@larkin-voss.example>',
  crm: 'crm@larkin-voss.example',
} as const;

/** Keys of the documents in clients.json. */
export const clientIds = {
  marta: '68a0000000000000000000a1',
  joseph: '68a0000000000000000000a2',
  hartmann: '68a0000000000000000000a3',
  rosa: '68a0000000000000000000a4',
  wen: '68a0000000000000000000a5',
  olga: '68a0000000000000000000a6',
  greta: '68a0000000000000000000a7',
  nils: '68a0000000000000000000a8',
  samir: '68a0000000000000000000a9',
  yuki: '68a0000000000000000000aa',
  bell: '68a0000000000000000000ab',
  amara: '68a0000000000000000000ac',
} as const;

export type ClientKey = keyof typeof clientIds;

/** The settings a firm would choose so that the messages are judged as expected; all others at their default. */
export const settings = {
  ownAddresses: [staff.crm],
  staffDomains: [domain],
  formSenders: ['forms@sitebuilder.example'],
  trustedAuthservIds: [receivingServer],
  mailboxes: [
    { name: 'ines', user: 'ines.larkin@larkin-voss.example', folders: ['INBOX', 'Sent'], role: 'capture' },
    { name: 'crm', user: 'crm@larkin-voss.example', folders: ['INBOX'], role: 'dropbox' },
  ],
} as const;
