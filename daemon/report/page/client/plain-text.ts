/** Nobody reads more of a name. */
const MAX_CHARS = 200;

/** Text from elsewhere as it may stand on the page: control characters and what turns the direction of writing are shown as a mark, and it ends somewhere. */
export function plainText(text: string, maxChars = MAX_CHARS): string {
  const characters = Array.from(text.slice(0, 2 * maxChars + 1));
  const clipped = characters.length > maxChars ? `${characters.slice(0, maxChars).join('')}…` : characters.join('');
  return clipped.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
}
