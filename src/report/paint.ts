/** Colours for a terminal, or none: the only place that knows escape sequences. */

export type Paint = (text: string) => string;

export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  readonly green: Paint;
}

function sgr(on: number, off: number): Paint {
  return (text) => (text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`);
}

const none: Paint = (text) => text;
const colourless: Palette = { bold: none, dim: none, red: none, yellow: none, cyan: none, green: none };
const coloured: Palette = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  yellow: sgr(33, 39),
  cyan: sgr(36, 39),
  green: sgr(32, 39),
};

/** Picks the palette; text must be made inert before it is painted. */
export function paletteFor(color: boolean): Palette {
  return color ? coloured : colourless;
}
