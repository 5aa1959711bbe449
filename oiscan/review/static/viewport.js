// Where points of the stored image lie on the screen: zoom, pan, the pixel's aspect, and pictures stored foot to head.

const LEAST_ZOOM = 0.05;
const LARGEST_ZOOM = 40;

export class Viewport {
  /**
   * @param {{rows: number, columns: number, pixel_size?: [number, number], upside_down?: boolean}} picture
   */
  constructor({ rows, columns, pixel_size: [height, width] = [1, 1], upside_down = false }) {
    this.rows = rows;
    this.columns = columns;
    this.tall = Math.max(height / width, 1); // height of a pixel at zoom 1, no side being less than 1
    this.wide = Math.max(width / height, 1);
    this.upsideDown = upside_down;
    this.zoom = 1;
    this.left = 0; // of the picture's corner on the screen
    this.top = 0;
    this.width = 1; // of the screen
    this.height = 1;
  }

  /** Screen (x, y) of a point (row, column). The centre of the first pixel lies half a pixel inside the picture. */
  toScreen([row, column]) {
    const shown = this.upsideDown ? this.rows - 1 - row : row;
    return [this.left + (column + 0.5) * this.wide * this.zoom, this.top + (shown + 0.5) * this.tall * this.zoom];
  }

  /** Point (row, column) at a place of the screen. */
  toImage(x, y) {
    const shown = (y - this.top) / (this.tall * this.zoom) - 0.5;
    const row = this.upsideDown ? this.rows - 1 - shown : shown;
    return [row, (x - this.left) / (this.wide * this.zoom) - 0.5];
  }

  /** How a step on the screen moves a point: (rows, columns) of (right, down) in units of stored pixels. */
  stepOf(right, down) {
    return [this.upsideDown ? -down : down, right];
  }

  /** The screen has another size: what was in the middle stays there. */
  resize(width, height) {
    this.panBy((width - this.width) / 2, (height - this.height) / 2);
    this.width = width;
    this.height = height;
  }

  panBy(right, down) {
    this.left += right;
    this.top += down;
  }

  /** Zoom by a factor, the place (x, y) staying where it is. */
  zoomBy(factor, x = this.width / 2, y = this.height / 2) {
    this.zoomTo(this.zoom * factor, x, y);
  }

  zoomTo(zoom, x = this.width / 2, y = this.height / 2) {
    const kept = Math.min(Math.max(zoom, LEAST_ZOOM), LARGEST_ZOOM);
    const ratio = kept / this.zoom;
    this.left = x - (x - this.left) * ratio;
    this.top = y - (y - this.top) * ratio;
    this.zoom = kept;
  }

  /** The whole picture, as large as it goes. */
  fit() {
    this.zoom = Math.min(this.width / (this.columns * this.wide), this.height / (this.rows * this.tall));
    this.left = (this.width - this.columns * this.wide * this.zoom) / 2;
    this.top = (this.height - this.rows * this.tall * this.zoom) / 2;
  }

  /** Some points in the middle, taking up `share` of the screen. @param {number[][]} points */
  lookAt(points, share) {
    const places = points.map((point) => this.toScreen(point));
    const [across, down] = [0, 1].map((axis) => places.map((place) => place[axis]));
    const span = (values) => Math.max(...values) - Math.min(...values) || 1;
    const middle = (values) => (Math.max(...values) + Math.min(...values)) / 2;
    const factor = share * Math.min(this.width / span(across), this.height / span(down));
    this.panBy(this.width / 2 - middle(across), this.height / 2 - middle(down));
    this.zoomBy(factor);
  }

  /** Pan just so far that a point is on the screen, `margin` inside its edge. */
  reveal(point, margin = 30) {
    const [x, y] = this.toScreen(point);
    const into = (place, size) => Math.min(Math.max(place, margin), Math.max(size - margin, margin)) - place;
    this.panBy(into(x, this.width), into(y, this.height));
  }
}
