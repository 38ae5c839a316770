import path from 'node:path';
import type { Shot } from '../shared/driver-messages.js';
import type { Application } from './application.js';

type Size = Pick<Shot, 'width' | 'height'>;

const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
] as const;

/** Takes screenshots of the application into a folder. */
export class Camera {
  readonly #folder: string;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** How many were taken. */
  get count(): number {
    return this.#count;
  }

  /** One in each size and theme. */
  async shoot(application: Application, name: string, sizes: readonly Size[] = SIZES): Promise<void> {
    const shots = shotsOf(this.#folder, name, sizes);
    await application.capture(shots);
    this.#count += shots.length;
  }
}

/** One screenshot a size and theme: `NAME-1280x800-light.png`. */
function shotsOf(folder: string, name: string, sizes: readonly Size[]): readonly Shot[] {
  return sizes.flatMap(({ width, height }) =>
    (['light', 'dark'] as const).map((theme) => ({
      width,
      height,
      theme,
      file: path.join(folder, `${name}-${width}x${height}-${theme}.png`),
    })),
  );
}
