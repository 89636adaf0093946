/** Text as its writer typed it: RFC 3676 soft line breaks joined. Line ends are \n. */
export function unflow(text: string, delSp: boolean): string {
  const output: string[] = [];
  let paragraph: string[] = [];
  let depth = 0;
  const finish = (): void => {
    if (paragraph.length > 0) output.push(`${'>'.repeat(depth)}${depth > 0 ? ' ' : ''}${paragraph.join('')}`);
    paragraph = [];
  };
  for (const line of text.split('\n')) {
    let quotes = 0;
    while (line[quotes] === '>') quotes += 1;
    const stuffed = line[quotes] === ' ';
    const content = line.slice(quotes + (stuffed ? 1 : 0));
    // RFC 3676 §4.3: the signature line ends a paragraph and never flows.
    const signature = content === '-- ';
    if (paragraph.length > 0 && (quotes !== depth || signature)) finish();
    depth = quotes;
    const flows = content.endsWith(' ') && !signature;
    paragraph.push(flows && delSp ? content.slice(0, -1) : content);
    if (!flows) finish();
  }
  finish();
  return output.join('\n');
}
