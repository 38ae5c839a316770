import { expect, it } from 'vitest';
import { isLocalHost } from '../../../renderer/local-host.js';

const hostname = (host: string): string => new URL(`ws://${host}/`).hostname;

it.each([
  'localhost',
  'app.localhost',
  'printer',
  'printer.local',
  '127.1',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.20',
  '169.254.3.4',
  '[::1]',
  '[fe80::1]',
  '[fd12:3456::1]',
])('%s is reached without a default path', (host) => {
  expect(isLocalHost(hostname(host))).toBe(true);
});

it.each([
  'example.com',
  'local.example.com',
  '10.example.com',
  '172.32.0.1',
  '192.169.1.1',
  '203.0.113.1',
  '[2001:db8::1]',
  '[2600:fd::1]',
])('%s is not', (host) => {
  expect(isLocalHost(hostname(host))).toBe(false);
});
