import { registerPortalPrompt } from 'roamkit/portal-prompt';
import { getRoamkit } from 'roamkit/renderer';

/** The main process prints what is written here. */
const tell = (event) => console.log(JSON.stringify({ at: Date.now(), event }));

registerPortalPrompt();
// It has a height once it is laid out; the frame after that begins when it has been painted.
new ResizeObserver(([{ contentRect }]) => {
  requestAnimationFrame(() => tell(contentRect.height > 0 ? 'shown' : 'hidden'));
}).observe(document.querySelector('roamkit-portal-prompt'));
window.pageSide = { roamkit: getRoamkit() };
void getRoamkit().ready.then(() => tell('ready'));
