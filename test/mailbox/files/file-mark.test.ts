import { expect, it } from 'vitest';
import { fileMark } from '../../../src/mailbox/files/file-mark.ts';

it.each([
  ['cur/1772712000.M1P1.host:2,DS', 'draft'],
  ['cur/1772712000.M1P1.host,S=812,W=830:2,DS', 'draft'],
  ['cur/1772712000.M1P1.host:2,ST', 'deleted'],
  ['cur/1772712000.M1P1.host:2,DST', 'draft'],
  ['cur/1772712000.M1P1.host;2,D', 'draft'],
  ['cur/1772712000.M1P1.host!2,T', 'deleted'],
  ['cur/1772712000.M1P1.host:2,', null],
  ['cur/1772712000.M1P1.host:2,RS', null],
  ['cur/1772712000.M1P1.host:2,Sad', null],
  ['new/1772712000.M1P1.host', null],
  ['mail/DT.eml', null],
  ['box:2,D/message.eml', null],
])('%s says %s', (path, mark) => {
  expect(fileMark(path)).toBe(mark);
});
