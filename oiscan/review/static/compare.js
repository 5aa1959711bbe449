// Another visit of the same subject beside the scan: at the same zoom, with the same level at the same height.

import { caseAddress, get, picture } from "./api.js";
import { distance, middleOf } from "./geometry.js";
import { drawOverlay } from "./overlay.js";
import { Pane } from "./pane.js";

/** Millimetres of a pixel of the screen at zoom 1; null where unknown. */
const scaleOf = ({ spacing_mm }) => (spacing_mm ? Math.min(...spacing_mm) : null);

export class OtherVisit {
  /** @param {HTMLElement} host @param {import("./tone.js").Tone} tone @param {() => void} shown called when there is a picture to follow */
  constructor(host, tone, shown) {
    this.host = host;
    this.shown = shown;
    this.pane = new Pane(host, tone, (svg, viewport) => drawOverlay(svg, viewport, this.visit?.vertebrae ?? []));
    this.close();
  }

  close() {
    this.host.hidden = true;
    this.visit = null;
    this.place = -1; // among the other visits
  }

  /** Show the next of some visits; after the last one, none. @param {{case: string, title: string}[]} others */
  async next(others) {
    this.place += 1;
    const other = others[this.place];
    if (!other) return this.close();
    const [visit, bitmap] = await Promise.all([get(caseAddress(other.case)), picture(caseAddress(other.case, "picture.png")).catch((error) => error)]);
    if (others[this.place] !== other) return undefined; // another was asked for meanwhile
    this.visit = visit;
    this.host.hidden = false;
    const missing = bitmap instanceof Error;
    this.pane.load(visit, missing ? null : bitmap, missing ? visit.no_picture || bitmap.message : "");
    this.pane.legend.textContent = other.title;
    return this.shown();
  }

  /** Look where the scan is looked at. @param {import("./changes.js").Case} main @param {import("./viewport.js").Viewport} viewport */
  follow(main, viewport) {
    if (!this.visit || !this.pane.viewport) return;
    const own = this.pane.viewport;
    const [here, there] = [scaleOf(this.visit), scaleOf(main)];
    own.zoomTo(viewport.zoom * (here && there ? here / there : 1));
    const [from, to] = this.pairOf(main, viewport) ?? [[own.width / 2, own.height / 2], own.toScreen([this.visit.rows / 2, this.visit.columns / 2])];
    own.panBy(from[0] - to[0], from[1] - to[1]);
    this.pane.draw();
  }

  /** Screen places of the level nearest to the middle of the view that both scans show. */
  pairOf(main, viewport) {
    const centre = [viewport.width / 2, viewport.height / 2];
    const both = main.vertebrae.flatMap((one) => {
      const same = this.visit.vertebrae.find((other) => other.level === one.level && other.landmarks_px.length);
      return same && one.landmarks_px.length ? [[viewport.toScreen(middleOf(one.landmarks_px)), this.pane.viewport.toScreen(middleOf(same.landmarks_px))]] : [];
    });
    return both.sort(([one], [other]) => distance(one, centre) - distance(other, centre))[0] ?? null;
  }
}
