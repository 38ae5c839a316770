import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A C++ program of bench/, compiled as the addon is, with the native sources that it names; gone when disposed. */
export class NativeProgram implements Disposable {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'roamkit-bench-'));
  readonly executable: string;

  constructor(name: string, nativeFolders: readonly string[] = []) {
    this.executable = path.join(this.#folder, name);
    const sources = nativeFolders.flatMap((folder) =>
      readdirSync(`native/${folder}`)
        .filter((file) => file.endsWith('.cc'))
        .map((file) => `native/${folder}/${file}`),
    );
    const options = ['-std=c++20', '-O3', '-fno-exceptions', '-fno-rtti', '-pthread', '-Inative'];
    if (process.arch === 'x64') options.push('-mpopcnt');
    const files = [`bench/${name}.cc`, ...sources];
    execFileSync(process.env['CXX'] ?? 'g++', [...options, '-o', this.executable, ...files]);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
