// Nothing here knows of roamkit.
const heard = [navigator.onLine];
const hear = (event) => heard.push(`${event.type} ${navigator.onLine}`);
window.addEventListener('online', hear);
window.onoffline = hear;
window.onLineHeard = heard;
