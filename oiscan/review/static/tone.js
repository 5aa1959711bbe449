// Window and level: the grey a pixel is shown in. The picture itself is never changed.

const WHITE = 255;
const NARROWEST = 4;
const OPAQUE = 0xff000000;

export class Tone {
  constructor() {
    this.reset();
  }

  reset() {
    this.width = WHITE;
    this.level = WHITE / 2;
    this.inverted = false;
  }

  /** Make the window wider and its middle brighter, in greys. */
  change(wider, higher) {
    this.width = Math.min(Math.max(this.width + wider, NARROWEST), 2 * WHITE);
    this.level = Math.min(Math.max(this.level + higher, 0), WHITE);
  }

  get words() {
    return `window ${Math.round(this.width)} \u00b7 level ${Math.round(this.level)}${this.inverted ? " \u00b7 inverted" : ""}`;
  }

  /** For each stored grey the pixel to show, as the canvas wants it. @returns {Uint32Array} */
  table() {
    const table = new Uint32Array(WHITE + 1);
    for (let grey = 0; grey <= WHITE; grey += 1) {
      const part = Math.min(Math.max((grey - this.level) / this.width + 0.5, 0), 1);
      const shown = Math.round(WHITE * (this.inverted ? 1 - part : part));
      table[grey] = (OPAQUE | (shown * 0x010101)) >>> 0; // three equal bytes: their order does not matter
    }
    return table;
  }
}

/** A picture whose tone can be changed while it is looked at. */
export class TonedPicture {
  /** @param {ImageBitmap} bitmap grey */
  constructor(bitmap) {
    this.canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.context.drawImage(bitmap, 0, 0);
    this.shown = this.context.getImageData(0, 0, bitmap.width, bitmap.height);
    this.greys = new Uint8Array(this.shown.data.length / 4);
    for (let index = 0; index < this.greys.length; index += 1) this.greys[index] = this.shown.data[4 * index]; // red of grey
  }

  paint(tone) {
    const table = tone.table();
    const pixels = new Uint32Array(this.shown.data.buffer);
    for (let index = 0; index < pixels.length; index += 1) pixels[index] = table[this.greys[index]];
    this.context.putImageData(this.shown, 0, 0);
  }
}
