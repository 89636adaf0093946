/** An Outlook message with invented fields, in the layout of the file format ([MS-OXMSG]). */
import burner from '@kenjiuno/msgreader/lib/Burner.js';
import type { Entry } from '@kenjiuno/msgreader/lib/Burner.js';
import type { TypeEnum } from '@kenjiuno/msgreader/lib/Reader.js';

/** Kinds of entries, by number. */
const [DIRECTORY, DOCUMENT, ROOT] = [1, 2, 5] as unknown as [TypeEnum, TypeEnum, TypeEnum];

/** Properties by tag: text (…001F), bytes (…0102), or a number (…0003, in the fixed part). */
export type Properties = Readonly<Record<string, string | Buffer | number>>;

export interface OutlookFile {
  readonly properties: Properties;
  readonly recipients?: readonly Properties[];
  readonly attachments?: readonly Properties[];
}

export function outlookFile({ properties, recipients = [], attachments = [] }: OutlookFile): Buffer {
  const entries: Entry[] = [{ name: 'Root Entry', type: ROOT, length: 0, children: [] }];
  const add = (parent: number, entry: Entry): number => {
    entries.push(entry);
    entries[parent]?.children?.push(entries.length - 1);
    return entries.length - 1;
  };
  const addProperties = (parent: number, given: Properties, headerBytes: number): void => {
    const rows: Buffer[] = [Buffer.alloc(headerBytes)];
    for (const [tag, value] of Object.entries(given)) {
      const row = Buffer.alloc(16);
      row.writeUInt32LE(Number.parseInt(tag, 16), 0);
      row.writeUInt32LE(6, 4);
      if (typeof value === 'number') row.writeUInt32LE(value, 8);
      else {
        const bytes = typeof value === 'string' ? Buffer.from(value, 'utf16le') : value;
        row.writeUInt32LE(bytes.length, 8);
        addStream(parent, `__substg1.0_${tag}`, bytes);
      }
      rows.push(row);
    }
    addStream(parent, '__properties_version1.0', Buffer.concat(rows));
  };
  const addStream = (parent: number, name: string, bytes: Buffer): void =>
    void add(parent, {
      name,
      type: DOCUMENT,
      length: bytes.length,
      binaryProvider: () => Uint8Array.from(bytes),
    });
  const addFolder = (name: string): number => add(0, { name, type: DIRECTORY, length: 0, children: [] });
  const numbered = (prefix: string, at: number): string =>
    `${prefix}_version1.0_#${at.toString(16).padStart(8, '0').toUpperCase()}`;

  addProperties(0, properties, 32);
  for (const [at, given] of recipients.entries()) addProperties(addFolder(numbered('__recip', at)), given, 8);
  for (const [at, given] of attachments.entries())
    addProperties(addFolder(numbered('__attach', at)), given, 8);
  return Buffer.from(burner.burn(entries));
}

/** A message sent from Outlook, so without a server's header. */
export const sentFromOutlook: OutlookFile = {
  properties: {
    '001A001F': 'IPM.Note',
    '0037001F': 'Löschung im Grundbuch',
    '0C1A001F': 'Ines Firm',
    '0C1F001F': 'office@firm.test',
    '5D01001F': 'office@firm.test',
    '1000001F': 'Dear Paula,\r\nthe entry is deleted — see the file.\r\n',
    '1035001F': '<outlook-1@firm.test>',
  },
  recipients: [{ '3001001F': 'Paula Kline', '39FE001F': 'paula@kline.test', '0C150003': 1 }],
  attachments: [
    { '3707001F': 'Größe.txt', '37010102': Buffer.from('the file'), '370E001F': 'text/plain', '37050003': 1 },
  ],
};
