import { describe, expect, it } from 'vitest';
import { canonicalAddress } from '../../../src/mime/addresses/address-syntax.ts';
import { innerAddress } from '../../../src/mime/addresses/inner-address.ts';

const inside = (written: string): string | null | undefined => {
  const address = canonicalAddress(written);
  if (address === null) throw new Error(`${written} is no address`);
  const inner = innerAddress(address);
  return inner === null ? undefined : inner.address;
};

describe('an address inside another', () => {
  it.each([
    ['IMCEASMTP-jules+40acme+2Eexample@firm.test', 'jules@acme.example'],
    ['IMCEAMAILTO-jules+2Bpost+40acme+2Eexample@firm.test', 'jules+post@acme.example'],
    ['IMCEAINVALID-smtp+3Ajules+40acme+2Eexample@firm.test', 'jules@acme.example'],
    ['IMCEARFC822-+27jules+40acme+2Eexample+27@firm.test', 'jules@acme.example'],
    ['IMCEASMTP-j+C3+BCrgen+5Fk+40acme+2Eexample@firm.test', 'jürgen_k@acme.example'],
    ['SRS0=aB1=7x=acme.example=jules@firm.test', 'jules@acme.example'],
    ['SRS1=cd=relay.test==aB1=7x=acme.example=jules@firm.test', 'jules@acme.example'],
    ['office+SRS=aB1=7x=acme.example=jules@firm.test', 'jules@acme.example'],
    ['jules%acme.example@firm.test', 'jules@acme.example'],
    ['acme.example!jules@firm.test', 'jules@acme.example'],
    ['jules=40acme.example@firm.test', 'jules@acme.example'],
    ['jules_k_acme.example#EXT#@firm.test', 'jules_k@acme.example'],
    ['"jules@acme.example"@firm.test', 'jules@acme.example'],
    ['prvs=1234abcd=ada@firm.test', 'ada@firm.test'],
  ])('%s is read', (written, inner) => {
    expect(inside(written)).toBe(inner);
  });

  it.each([
    'IMCEAEX-_O=FIRM_OU=EXCHANGE+20ADMINISTRATIVE+20GROUP_CN=RECIPIENTS_CN=JULES@firm.test',
    'IMCEAFAX-Jules+20+2B49+2040+20123@firm.test',
    'IMCEANOTES-Jules+20Ferrand+2FAcme@firm.test',
    'IMCEAEX-_o=firm_cn=recipients_cn=jules+40acme+2Eexample@firm.test',
    '/o=firm/ou=exchange/cn=recipients/cn=jules@firm.test',
    '"Jules Ferrand/Acme/FR"@firm.test',
    '"/C=FR/A=atlas/S=Ferrand/G=Jules/"@firm.test',
  ])('%s names somebody who cannot be read', (written) => {
    expect(inside(written)).toBeNull();
  });

  it.each([
    'jules@acme.example',
    'john+tag@firm.test',
    'bounces+jules=acme.example@firm.test',
    'imcea@firm.test',
    'srs0@firm.test',
    '100%@firm.test',
    'owner-list@firm.test',
  ])('%s is no more than it is', (written) => {
    expect(inside(written)).toBeUndefined();
  });
});
