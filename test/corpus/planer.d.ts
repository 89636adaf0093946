declare module 'planer' {
  const planer: { extractFromPlain(text: string): string };
  // oxlint-disable-next-line import/no-default-export
  export default planer;
}
