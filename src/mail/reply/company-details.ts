/**
 * The company details that trade laws require under a business email (Directive (EU) 2017/1132 Art. 26, Companies (Trading
 * Disclosures) Regulations, § 35a GmbHG …), in the words of each language.
 */
const PARTICULARS: readonly string[] = (
  'registered in|registered office|registered address|registered number|registered no|registered charity|company number|company no|company reg|' +
  'company registration|charity number|charity no|vat number|vat no|vat reg|vat registration|authorised and regulated|authorized and regulated|' +
  'member of the law society|handelsregister|amtsgericht|registergericht|hrb|hra|sitz der gesellschaft|geschäftsführer|geschäftsführerin|' +
  'geschäftsführung|aufsichtsrat|vorsitzender des vorstands|ust-id|ust-idnr|ust.-id|uid-nummer|firmenbuch|partnerschaftsregister|rcs|siret|' +
  'siège social|au capital de|tva intracommunautaire|registro mercantil|domicilio social|c.i.f|n.i.f|cif|nif|cnpj|nipc|capital social|partita iva|' +
  'p. iva|p.iva|sede legale|capitale sociale|registro delle imprese|registro imprese|kvk|kamer van koophandel|btw nr|btw-nr|btw-nummer|cvr|cvr-nr|org.nr|org. nr|' +
  'organisasjonsnummer|organisationsnummer|y-tunnus|krs|regon|sąd rejonowy|kapitał zakładowy|ičo|dič|obchodním rejstříku|obchodnom registri|' +
  'cégjegyzékszám|adószám|nr. reg. com|registrul comerțului|инн|огрн|єдрпоу|ticaret sicil|mersis'
).split('|');

const MAX_DETAILS_CHARS = 1_000;

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);

const PARTICULAR = new RegExp(
  String.raw`(?<![\p{L}\p{M}])(?:${PARTICULARS.map(escape).join('|')})(?![\p{L}\p{M}])`,
  'iu',
);

/** A line such as "Moss Ltd, registered in England, no. 01234567": it has a number or is "label: value". */
export const isCompanyDetails = (line: string): boolean => {
  const text = line.slice(0, MAX_DETAILS_CHARS);
  return /[\p{Nd}:]/u.test(text) && PARTICULAR.test(text);
};
