// A document inside a page. It asks for what it can without a client, and writes down what it hears.
const heard = [];
const bridge = window.__roamkit;

bridge?.onDelta(() => heard.push('delta'));
bridge?.onInvalidated(() => heard.push('invalidated'));
bridge?.onReconnect(() => heard.push('reconnect'));
window.frameSide = { hasBridge: bridge !== undefined, heard, subscribed: bridge?.subscribe() };
// Its page cannot look into it: documents of file: URLs are of different origins.
void window.frameSide.subscribed?.then(() => parent.postMessage('answered', '*'));
