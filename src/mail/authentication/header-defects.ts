import type { RawField, ShownField } from './raw-field.ts';
import { singleFields } from './single-fields.ts';

/**
 * Defects that let two programs read a header section as two messages. A signature or session may then prove one while the other is
 * shown, so such a section proves nothing. `isWhole`: the parser found a field on each line, and the same end as the bytes.
 */
export function headerDefects({
  section,
  fields,
  shown,
  isWhole,
}: {
  readonly section: Buffer;
  readonly fields: readonly RawField[];
  readonly shown: readonly ShownField[];
  readonly isWhole: boolean;
}): readonly string[] {
  const text = section.toString('latin1');
  const names = fields.map(({ name }) => name);
  const defects: string[] = [];
  if (/\r(?!\n)/u.test(text)) defects.push('a carriage return without a line feed');
  // a file may end all lines with LF; a lone LF among CRLFs was part of its line to the server that received it
  if (/(?<!\r)\n/u.test(text) && text.includes('\r\n')) defects.push('a line feed without a carriage return');
  if (text.includes('\0')) defects.push('a NUL');
  if (!isWhole) defects.push('a line that is no field');
  if (fields.some(({ bytes }) => /^[^\s:]*\s+:/u.test(bytes)))
    defects.push('a blank between a name and its colon');
  if (/\n[ \t]+\r?\n/u.test(text)) defects.push('a line of blanks');
  if (names.length !== shown.length || names.some((name, at) => name !== shown[at]?.name))
    defects.push('fields that some readers see and others do not');
  for (const name of singleFields) {
    const count = shown.filter((field) => field.name === name).length;
    if (count > 1) defects.push(`${count} ${name} fields`);
  }
  return defects;
}
