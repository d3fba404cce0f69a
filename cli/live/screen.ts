import type { Output } from '../output.ts';

const ESCAPE = String.fromCodePoint(27);

/** A part of the terminal that is drawn again and again in its place. */
export type Screen = { readonly draw: (lines: readonly string[]) => void; readonly close: () => void };

/**
 * Draws below what is already there: moves up over the last drawing and clears it. The cursor is hidden meanwhile. Lines must fit
 * the width. Source of the sequences: ECMA-48 (CPL, ED), DEC private mode 25.
 */
export function openScreen(output: Pick<Output, 'write'>): Screen {
  let drawn = 0;
  output.write(`${ESCAPE}[?25l`);
  return {
    draw: (lines) => {
      const back = drawn === 0 ? '' : `${ESCAPE}[${drawn}F${ESCAPE}[J`;
      output.write(`${back}${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    close: () => output.write(`${ESCAPE}[?25h`),
  };
}
