// A name that others could aim at.
window.name = 'application';
