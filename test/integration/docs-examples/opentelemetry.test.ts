import { expect, it } from 'vitest';
import { startProgram } from '../../fixtures/program.js';
import type { TelemetryPoint } from '../../fixtures/programs/telemetry.js';
import { bestDefaultRemoved, linkDown, twoLinkLab } from '../../lab/index.js';

it("exports the metrics of real connections through OpenTelemetry's SDK", { timeout: 30_000 }, async () => {
  await using net = await twoLinkLab();
  const { port } = await net.server.tcpEcho();
  const options = { host: net.addresses.server.v4, port, connections: 3 };
  await using app = await startProgram(net.client, 'telemetry', options);
  await app.nextLine((line) => line === 'ready', { timeoutMs: 10_000 });
  const collections: TelemetryPoint[][] = [];
  const collect = async (): Promise<TelemetryPoint[]> => {
    app.stdin.write('collect\n');
    const points = JSON.parse(await app.nextLine((line) => line.startsWith('['))) as TelemetryPoint[];
    collections.push(points);
    return points;
  };
  /** The values of an instrument by its attributes' values: `{ 'routable main': 3 }`. */
  const values = async (name: string) =>
    Object.fromEntries(
      (await collect())
        .filter((point) => point.name === name)
        .map(({ attributes, value }) => [Object.values(attributes).join(' '), value]),
    );

  expect(await values('roamkit.connection.count')).toEqual({ 'routable main': 3 });
  const undo = await bestDefaultRemoved(net.client);
  await undo();
  await linkDown(net.ethernet.a);
  await expect
    .poll(() => values('roamkit.connection.invalidations'), { timeout: 10_000 })
    .toEqual({ 'link-down': 3 });
  // The SDK keeps what is not observed again.
  const counts = await values('roamkit.connection.count');
  expect(counts).toMatchObject({ 'routable main': 0, 'suspect main': 0 });
  expect(Object.values(counts).filter((count) => count !== 0)).toEqual([]);
  expect(await values('roamkit.connection.tracked')).toEqual({ main: 3 });
  const last = await collect();

  const durations = last.filter(({ type }) => type === 'histogram');
  expect(durations.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
    'roamkit.connection.suspect.duration s',
    'roamkit.connection.suspect.duration s',
  ]);
  for (const { value, buckets } of durations) {
    expect(buckets?.counts.reduce((sum, count) => sum + count, 0)).toBe(value);
    expect(buckets?.counts.length).toBe((buckets?.boundaries.length ?? 0) + 1);
  }
  expect(durations.find(({ attributes }) => Object.values(attributes).includes('invalidated'))?.value).toBe(
    3,
  );
  expect(last.find(({ type }) => type === 'gauge')).toMatchObject({ unit: 'By', attributes: {} });
  expectMonotonic(collections);
});

function expectMonotonic(collections: readonly (readonly TelemetryPoint[])[]): void {
  const highest = new Map<string, number>();
  for (const { name, type, attributes, value } of collections.flat()) {
    if (type !== 'counter' && type !== 'histogram') continue;
    const key = `${name} ${JSON.stringify(attributes)}`;
    expect(value, key).toBeGreaterThanOrEqual(highest.get(key) ?? 0);
    highest.set(key, value);
  }
  expect(highest.size).toBeGreaterThan(10);
}
