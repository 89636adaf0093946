import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createFingerprinter, rawFingerprint } from '../../src/fingerprint/fingerprint.ts';
import { frozenMessages } from './frozen-messages.ts';

/**
 * Fingerprints, variant keys and numbers of leaves as stored in databases. None may ever change: different reading needs a new
 * fingerprint version, beside v1.
 */
const frozen: Readonly<Record<string, readonly [string, string | null, number]>> = {
  plain: [
    'v1:ce7fbf77863dcea3855e60c1f870e30aab7166863b905ceef12f27fe7e792e8e',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'trailing blank lines': [
    'v1:ce7fbf77863dcea3855e60c1f870e30aab7166863b905ceef12f27fe7e792e8e',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'empty body': [
    'v1:ed888ef65f4b20fa4e2ca293f0ff01bbe9a4d1813aebedcc11013193d684975b',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'headers alone': [
    'v1:ed888ef65f4b20fa4e2ca293f0ff01bbe9a4d1813aebedcc11013193d684975b',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'no Message-ID': ['v1:5d3e4ada39bcea1f1b9d5706603ff438d82aed356537fb7453da3ba6778aa5be', null, 1],
  'no From': [
    'v1:389146fbd566a5fac9b45e3ef46db598a7bc4cde10660f5a0a0df4ea2f8f13a7',
    '9d1913b129e0ac2f321e3ba3f57410771e88af1535d657cc0426997e5757cc83',
    1,
  ],
  'no date': [
    'v1:690d083a91587b77394b1301cf0be2af9400aed5f3db670589816fc83b5652a4',
    '853e108dcb3971a3597aa43620320aecb97fbda5d35d1a3efa0fe35158131480',
    1,
  ],
  'no subject': [
    'v1:4517c8402d2d1e8d7cccaf547eac30aed371b9daa46a648ec74c2257731a9f5d',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'Message-ID alone': [
    'v1:3ce1c46fc476a5514f0e941a01d03db61e891c82fefd8ee216308374fb00f65a',
    '34f767d80330937943b94270e3a1a69f3285b6ae6e72420eadcec34d96fa553b',
    1,
  ],
  'date that is none': [
    'v1:3ea4baf2f4898d3a86ded45e55c8b7184360de3e8ac1ea29c181384f91c93abd',
    'f52d1676f2335892a9edb7cdc27bc0213094d6d52f496fb39c33d3b0a518ef41',
    1,
  ],
  'date with a two-digit year and a named zone': [
    'v1:1e69fad1a32921f52ecaed18e2bd69b9c87f91c331c4213972ca1e1a67543ead',
    '29e4e900f6daebd0ded649eeaae958be9299ce4cb895692c5588591256fcd7f3',
    1,
  ],
  'several From': [
    'v1:0f1c055dd25a20dcc0a8ca6e8b3d49d660765e328212476c2998be7df75b1a54',
    '596ead8b3160519b7686dd5a13a59bb0c52a37fd07ac6d67cf72fbc4ae74a4b4',
    1,
  ],
  'fields twice': [
    'v1:1e438f72ae2f250028fd35f3d9156e8eb2e5db88c4861742805cb8872b6ac724',
    '1bdfdf7cbb609cd824e9077b6e5ee73ebe76f357ee5c637784fd9a4d20228d59',
    1,
  ],
  'encoded subject': [
    'v1:a7520f88936669f0126efe751b9e67082e49a93b8de9c4cfa62d7c090c7f6d6c',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'folded fields': [
    'v1:385d16f6d185dcb92052836b9cb200f3526ebc27dfbfd00521f865f3a063d063',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'envelope line of an mbox': [
    'v1:b9e2a1373918d2e0490cff70017aabece983733694b90bffc40b93c56204f2e8',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'latin1 body': [
    'v1:09ef3fa2e67ad60a9f59025b323dcfe37b0dfe846a802d0bfecb752f23b8ffa9',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'quoted-printable body': [
    'v1:caeee5ff17031f58c77c33027f0c357f560fc6f373bdaee7bc8251cf84473abc',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'base64 body': [
    'v1:6bdccb955b641cb7509225fa4d43415f8376a075b4f4c435cffcbfaca7facbec',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'uuencoded body': [
    'v1:880d73bcc775b9497b5b4afaca0a50e326b3e724b9d5a32215372f6eceefd148',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  alternative: [
    'v1:4412b4637039f7650ff574b3181dcba05587a2e3766ebc6dd91b5371b9e3312b',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    2,
  ],
  'file attached': [
    'v1:c368be58a0995ff44381d82a86655390b7ed7a94b99b31f7ec2fd1a9734d39b6',
    '9c4ad4d66192e0eff80c64cd7ca7c2deda54f7a03f9ee4fd9883b87973a5a5c4',
    2,
  ],
  'file without its closing delimiter': [
    'v1:c368be58a0995ff44381d82a86655390b7ed7a94b99b31f7ec2fd1a9734d39b6',
    '9c4ad4d66192e0eff80c64cd7ca7c2deda54f7a03f9ee4fd9883b87973a5a5c4',
    2,
  ],
  'alternative in related in mixed': [
    'v1:0aa2d7a97e6eb403c15ecce5cd805cac7672a1cdf40cab0ffb7ea1bf07df68ac',
    'a194e45c945354de9956567669676a80762eafc7b64d93af143d06c391969893',
    4,
  ],
  'message attached': [
    'v1:955517a76066380335a8ad3bd2fa371b92abb18eb6a764205f7815d95f164844',
    '3ef64ca5bc5cc64f27c8badae3ffe0cc4737078ea65a1652c40e3d2bc6500497',
    3,
  ],
  'messages in messages': [
    'v1:4c1e68b29d4b4a3bc63c353d1eab9c0b8d75cd5cfaaad0f1bd6df2d76e4b9bf4',
    'd7911b305872e4870371e6a9de8b17ae2172dbaaf9e1500bd7e9afb2c49efa82',
    9,
  ],
  digest: [
    'v1:d8425a2a1897aa0560706f42e78cad9795348f017b1e2831f8200253de99951b',
    '8dc63092c666855c478d721774f2ea209919df0f1fa8db24a531d8786bdb4ac8',
    4,
  ],
  'delivery report': [
    'v1:207769734a3a5e1835d68b33fa11c79bdb7ccae0bf50ecffe2a113f218a6d37f',
    '8e63d2f73f59f77112aa816620c3b8223b9defe7c552d376cb973d7cea702df9',
    3,
  ],
  'winmail.dat': [
    'v1:25176b7da8e51e27020d95b22c4391257a1474b669a645241f750f4c0e8b3e44',
    '722feb8a18f1c2c11867d74e2ce59e70d38e6aac53c2b25e514be9cf863d77bb',
    2,
  ],
  'signed with S/MIME': [
    'v1:5e535f73d25fdcdf48b557a32ac9a5f4c0351c062ff2e9bdda59e774b1ad61e3',
    'd8cf4d8f483ee434a1290fbdbd7c37929c407f4be6bf32243a19bc0c0843b3af',
    2,
  ],
  'signed with PGP': [
    'v1:68190059cff0e508cf59b8350cb7b876c76ef6b70367af32a99815ccd5c01cc3',
    '3afe4e2a410d5525e0e95bf2da79dd9178bc2ff8be161fc1e1d80ebc292c4d85',
    2,
  ],
  'multipart without a boundary': [
    'v1:9ce14a0c5450a69fa0dfab8c4fd6a4393a2b3997d1ebdc7d3d3a4fddeb2cc80f',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'multipart whose boundary never comes': [
    'v1:b9e2a1373918d2e0490cff70017aabece983733694b90bffc40b93c56204f2e8',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  'no blank line after the headers': [
    'v1:4194e161314129657938802cce4600ff3be876fc34abcc7873a84561e1547cf5',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    2,
  ],
  'multiparts 60 deep': [
    'v1:7d6c518a6f500e943b8247f3ec61c11b1472f2bf97a3a2e7928d906146f4a630',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1,
  ],
  '1,200 parts': [
    'v1:181b569748bb53e7354b8bc1ed2109fe6adf8f79791f213eb285935c7f41f258',
    '69002e777ea5029a6ef23432c7416afc8cbe5516b1a5e6313d57f75427c3ad91',
    1000,
  ],
  'no header at all': ['raw:e4a4f7195e7546a465bbaa10dc9d08f29e8beb0b17ef6c6545de279bb9dc3815', null, 1],
  'bytes that are no message': [
    'raw:8edf4b3db87345c6801fe8e8cc0853c69427193f271dab5d7f9a8432b79e298e',
    null,
    2,
  ],
};

function identify(raw: Buffer, pieceBytes = raw.length + 1): readonly [string, string | null, number] {
  const fingerprinter = createFingerprinter();
  for (let at = 0; at < raw.length; at += pieceBytes) fingerprinter.write(raw.subarray(at, at + pieceBytes));
  const { fingerprint, variantKey, leaves } = fingerprinter.end();
  return [fingerprint, variantKey, leaves.length];
}

const rows = Object.entries(frozenMessages);

test('every message of the table is frozen', () => {
  expect(Object.keys(frozen)).toEqual(Object.keys(frozenMessages));
});

test.each(rows)('%s', (name, raw) => {
  expect(identify(raw)).toEqual(frozen[name]);
  expect(identify(raw, 7)).toEqual(frozen[name]);
});

test.each(rows.filter(([name]) => frozen[name]?.[0].startsWith('v1:')))(
  '%s, with bare line feeds',
  (name, raw) => {
    const withFeeds = Buffer.from(raw.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    expect(identify(withFeeds)).toEqual(frozen[name]);
  },
);

test('an oversize message is known by the digest of its bytes', () => {
  const digest = createHash('sha256').update('too large to parse').digest('hex');
  expect(rawFingerprint(digest)).toBe('raw:0f0a1424da80694495a5dbc1f1b6f5a70e7398908335849c691f26dd1568f326');
});
