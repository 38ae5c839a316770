import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A C++ program of bench/, compiled; gone when disposed. */
export class FloorProgram implements Disposable {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'roamkit-bench-'));
  readonly executable: string;

  constructor(name: string) {
    this.executable = path.join(this.#folder, name);
    execFileSync(process.env['CXX'] ?? 'g++', ['-O2', '-o', this.executable, `bench/${name}.cc`]);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
