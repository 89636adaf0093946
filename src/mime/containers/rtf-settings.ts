import { codepageName } from './codepage.ts';
import type { RtfGroups } from './rtf-groups.ts';
import { fontCodepages } from './rtf-words.ts';

const maxFonts = 1_000;

/** What the words of a document set for it, its fonts and its groups. */
export interface RtfSettings {
  /** The document is HTML that Outlook wrapped. */
  isHtml(): boolean;
  codepage(): string;
  readFontWord(name: string, parameter: number): void;
  read(name: string, parameter: number | null): void;
}

export function createRtfSettings(groups: RtfGroups): RtfSettings {
  const fonts = new Map<number, string | null>();
  let html = false;
  let codepage = 'windows-1252';
  let fontInTable = 0;
  let defaultFont = 0;
  return {
    isHtml: () => html,
    codepage: () => codepage,
    readFontWord: (name, parameter) => {
      if (name === 'f' && fonts.size < maxFonts) fontInTable = parameter;
      if (name === 'fcharset') fonts.set(fontInTable, fontCodepages.get(parameter) ?? null);
      if (name === 'cpg') fonts.set(fontInTable, codepageName(parameter));
    },
    read: (name, parameter) => {
      switch (name) {
        case 'ansicpg':
          codepage = codepageName(parameter ?? 1_252);
          break;
        case 'mac':
          codepage = 'macroman';
          break;
        case 'deff':
          defaultFont = parameter ?? 0;
          break;
        case 'fromhtml':
          html = parameter !== 0;
          break;
        case 'htmlrtf':
          groups.change({ rtfOnly: parameter !== 0 });
          break;
        case 'v':
          groups.change({ hidden: parameter !== 0 });
          break;
        case 'plain':
          groups.change({ hidden: false, codepage: fonts.get(defaultFont) ?? null });
          break;
        case 'f':
          groups.change({ codepage: fonts.get(parameter ?? 0) ?? null });
          break;
        case 'uc':
          groups.change({ fallbacks: Math.min(Math.max(parameter ?? 1, 0), 20) });
          break;
        default:
          break;
      }
    },
  };
}
