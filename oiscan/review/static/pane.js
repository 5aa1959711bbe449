// A picture on the screen: a canvas for the scan, SVG for what is drawn over it, both in step with one viewport.

import { drawn, element } from "./dom.js";
import { TonedPicture } from "./tone.js";
import { Viewport } from "./viewport.js";

export class Pane {
  /**
   * @param {HTMLElement} host
   * @param {import("./tone.js").Tone} tone
   * @param {(svg: SVGElement, viewport: Viewport) => void} drawOver draws on the SVG
   */
  constructor(host, tone, drawOver) {
    this.host = host;
    this.tone = tone;
    this.drawOver = drawOver;
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.svg = drawn("svg", { "aria-hidden": "true" });
    this.missing = element("p", { class: "missing" });
    this.legend = element("p", { class: "legend" });
    host.replaceChildren(this.canvas, this.svg, this.missing, this.legend);
    this.picture = null;
    this.viewport = null;
    this.asked = false;
    this.repaint = false;
    new ResizeObserver(() => this.resized()).observe(host);
  }

  /** Show a case's picture, whole. @param {import("./changes.js").Case} shown @param {ImageBitmap|null} bitmap @param {string} why there is none */
  load(shown, bitmap, why = "") {
    this.viewport = new Viewport({ ...shown, rows: shown.rows ?? 1, columns: shown.columns ?? 1 });
    this.picture = bitmap ? new TonedPicture(bitmap) : null;
    this.missing.textContent = why;
    this.resized();
    this.viewport.fit();
    this.toned();
  }

  resized() {
    if (!this.viewport) return;
    const { clientWidth: width, clientHeight: height } = this.host;
    this.canvas.width = width * devicePixelRatio;
    this.canvas.height = height * devicePixelRatio;
    this.viewport.resize(width, height);
    this.draw();
  }

  /** The tone was changed. */
  toned() {
    this.repaint = true;
    this.draw();
  }

  /** Draw with the next frame: many changes may come before it. */
  draw() {
    if (this.asked || !this.viewport) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.drawPicture();
      this.drawOver(this.svg, this.viewport);
    });
  }

  drawPicture() {
    const context = this.canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!this.picture) return;
    if (this.repaint) this.picture.paint(this.tone);
    this.repaint = false;
    const { left, top, zoom, wide, tall, rows, upsideDown } = this.viewport;
    const [across, down] = [wide * zoom * devicePixelRatio, tall * zoom * devicePixelRatio];
    const turned = upsideDown ? [across, 0, 0, -down, left * devicePixelRatio, top * devicePixelRatio + rows * down]
      : [across, 0, 0, down, left * devicePixelRatio, top * devicePixelRatio];
    context.setTransform(...turned);
    context.imageSmoothingQuality = "medium"; // three times as fast as "high" without a graphics card
    context.drawImage(this.picture.canvas, 0, 0);
  }
}
