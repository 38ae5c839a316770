/**
 * Gives a function that has `render` called with the next frame, once however often it is called until then. So handlers
 * of roamkit's events cost next to nothing, and the next event is not heard late for them.
 */
export function onceAFrame(render: () => void): () => void {
  let isQueued = false;
  return () => {
    if (isQueued) return;
    isQueued = true;
    requestAnimationFrame(() => {
      isQueued = false;
      render();
    });
  };
}
