/** A list of texts as Python and JavaScript both write it; whatever people call their classes stays a text. */
export function textList(texts: readonly string[]): string {
  return `[${texts.map(text => JSON.stringify(text)).join(', ')}]`;
}
