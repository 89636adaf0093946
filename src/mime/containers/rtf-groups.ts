import { silentDestinations } from './rtf-words.ts';

/** The state of the text between two braces; an inner group starts with the state around it. */
export interface RtfGroup {
  silent: boolean;
  fonts: boolean;
  /** Inside `{\*\htmltag …}`: the text is literal markup. */
  tag: boolean;
  /** Between `\htmlrtf` and `\htmlrtf0`: formatting for RTF-only readers. */
  rtfOnly: boolean;
  hidden: boolean;
  codepage: string | null;
  /** Characters after each `\u` for readers without Unicode. */
  fallbacks: number;
  starred: boolean;
}

const outermost: RtfGroup = {
  silent: false,
  fonts: false,
  tag: false,
  rtfOnly: false,
  hidden: false,
  codepage: null,
  fallbacks: 1,
  starred: false,
};

/** Real documents stay under 30; deeper groups are read without formatting. Against a megabyte of braces. */
const maxGroups = 500;

export interface RtfGroups {
  current(): RtfGroup;
  change(changes: Partial<RtfGroup>): void;
  open(): void;
  close(): void;
  /** Whether the word names the group's destination. */
  isDestination(name: string): boolean;
  enter(name: string, inHtml: boolean): void;
}

export function createRtfGroups(): RtfGroups {
  const around: RtfGroup[] = [];
  let group: RtfGroup = outermost;
  let tooDeep = 0;
  const change = (changes: Partial<RtfGroup>): void => {
    group = { ...group, ...changes };
  };
  return {
    current: () => group,
    change,
    open: () => {
      if (around.length >= maxGroups) tooDeep += 1;
      else around.push(group);
    },
    close: () => {
      if (tooDeep > 0) tooDeep -= 1;
      else group = around.pop() ?? outermost;
    },
    isDestination: (name) => group.starred || name === 'fonttbl' || silentDestinations.has(name),
    enter: (name, inHtml) => {
      const { starred } = group;
      if (name === 'fonttbl') change({ starred: false, fonts: true });
      else if (name === 'htmltag' && inHtml) change({ starred: false, tag: true });
      else if (silentDestinations.has(name) || (starred && name !== 'shptxt' && name !== 'fldrslt'))
        change({ starred: false, silent: true });
      else change({ starred: false });
    },
  };
}
