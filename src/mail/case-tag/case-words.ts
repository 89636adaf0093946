/** Words for a case, by language. Words that mean something else before a number in another language ("Fall 2026") are left out. */
export const caseWordsByLanguage: Readonly<Record<string, readonly string[]>> = {
  en: ['Case Update', 'Case'],
  de: ['Akte', 'Aktenzeichen', 'Vorgang'],
  fr: ['Dossier', 'Affaire'],
  es: ['Caso', 'Expediente'],
  it: ['Pratica', 'Fascicolo'],
  pt: ['Processo'],
  nl: ['Zaak'],
  da: ['Sag'],
  no: ['Sak'],
  sv: ['Ärende'],
  pl: ['Sprawa'],
  cs: ['Případ'],
  tr: ['Dosya'],
  ru: ['Дело'],
  uk: ['Справа'],
  el: ['Υπόθεση'],
  zh: ['案件'],
};

export const builtInCaseWords: readonly string[] = Object.values(caseWordsByLanguage).flat();
