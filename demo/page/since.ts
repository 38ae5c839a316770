/** How long ago, as short as it can be said: `now`, `12 s`, `3 min`, `2 h`. */
function sinceText(since: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

/** Keeps the text of every `<time data-since>` of the page up to date. */
export function keepTimes(): void {
  setInterval(updateTimes, 1000);
}

export function updateTimes(): void {
  const now = Date.now();
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-since]')) {
    const text = sinceText(Number(time.dataset['since']), now);
    if (time.textContent !== text) time.textContent = text;
  }
}
