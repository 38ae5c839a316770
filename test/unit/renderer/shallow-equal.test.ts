import { expect, it } from 'vitest';
import { shallowEqual } from '../../../renderer/shallow-equal.js';

const shared = {};

it.each([
  ['the same value', 'online', 'online'],
  ['NaN', Number.NaN, Number.NaN],
  ['objects with the same fields', { a: 1, b: shared }, { b: shared, a: 1 }],
  ['arrays with the same items', [1, shared], [1, shared]],
  ['objects without a prototype', Object.create(null), {}],
])('takes %s for equal', (_what, a, b) => {
  expect(shallowEqual(a, b)).toBe(true);
});

it.each([
  ['other values', 'online', 'offline'],
  ['fields that are other objects', { a: {} }, { a: {} }],
  ['a field more', { a: 1 }, { a: 1, b: 2 }],
  ['a field less', { a: 1, b: 2 }, { a: 1 }],
  ['other fields, though none has a value', { a: undefined }, { b: undefined }],
  ['an array and an object', [], {}],
  ['null and an object', null, {}],
  ['what has no fields to compare', new Date(0), new Date(1)],
  ['maps', new Map([[1, 1]]), new Map([[2, 2]])],
])('does not take %s for equal', (_what, a, b) => {
  expect(shallowEqual(a, b)).toBe(false);
});
