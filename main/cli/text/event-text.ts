import { timeOfDay } from '../clock.js';
import type { Colour, Paint } from './paint.js';

// The longest of the events' names (invalidated), so that what follows stands in one column.
const EVENT_WIDTH = 11;

/** A line of a timeline: time of day, event, what happened. */
export function eventText(paint: Paint, event: string, colour: Colour, what: string): string {
  return `${paint('gray', timeOfDay())}  ${paint(colour, event.padEnd(EVENT_WIDTH))}  ${what}`;
}
