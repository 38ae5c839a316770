const DARK = `
  --_accent: var(--roamkit-portal-accent, #9dbdff);
  --_on-accent: var(--roamkit-portal-on-accent, #0d1b38);
  --_background: var(--roamkit-portal-background, #22252c);
  --_text: var(--roamkit-portal-text, #f1f3f6);
  --_muted: var(--roamkit-portal-muted, #b4bac6);
  --_border: var(--roamkit-portal-border, rgb(255 255 255 / 0.12));
  --_tint: var(--roamkit-portal-tint, #2e3647);
  --_shadow: var(--roamkit-portal-shadow, 0 1px 2px rgb(0 0 0 / 0.3), 0 8px 28px rgb(0 0 0 / 0.4));
  color-scheme: dark;
`;

const CSS = `
:host {
  --_accent: var(--roamkit-portal-accent, #2258c3);
  --_on-accent: var(--roamkit-portal-on-accent, #ffffff);
  --_background: var(--roamkit-portal-background, #ffffff);
  --_text: var(--roamkit-portal-text, #1b1e24);
  --_muted: var(--roamkit-portal-muted, #565d69);
  --_border: var(--roamkit-portal-border, rgb(20 28 45 / 0.12));
  --_tint: var(--roamkit-portal-tint, #edf2fc);
  --_radius: var(--roamkit-portal-radius, 14px);
  --_shadow: var(--roamkit-portal-shadow, 0 1px 2px rgb(20 28 45 / 0.06), 0 8px 28px rgb(20 28 45 / 0.1));
  --_font: var(--roamkit-portal-font, 14px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif);
  display: block;
  color-scheme: light;
}
:host([hidden]) { display: none; }
@media (prefers-color-scheme: dark) {
  :host(:not([theme='light'])) {${DARK}}
}
:host([theme='dark']) {${DARK}}
.box, dialog {
  box-sizing: border-box;
  color: var(--_text);
  font: var(--_font);
  text-align: start;
}
/* The live region has to be there, empty, before it can speak. */
.box:not(.shown) > :not(.words) { display: none; }
.shown, dialog {
  background: var(--_background);
  border: 1px solid var(--_border);
  border-radius: var(--_radius);
  box-shadow: var(--_shadow);
}
.box.shown {
  display: grid;
  grid-template-columns: auto 1fr;
  gap: 4px 14px;
  max-inline-size: 440px;
  padding: 16px 18px;
}
.icon {
  display: grid;
  place-items: center;
  inline-size: 40px;
  block-size: 40px;
  border-radius: 50%;
  background: var(--_tint);
  color: var(--_accent);
}
.icon svg { inline-size: 22px; block-size: 22px; }
.words { min-inline-size: 0; }
p { margin: 0; overflow-wrap: anywhere; }
.title { font-size: 1.08em; font-weight: 600; line-height: 1.35; }
.message { color: var(--_muted); margin-block-start: 2px; }
.message bdi { color: var(--_text); font-weight: 500; }
.note { color: var(--_text); margin-block-start: 8px; }
.note:empty { display: none; }
.actions {
  grid-column: 2;
  display: flex;
  flex-wrap: wrap;
  gap: 8px;
  margin-block-start: 10px;
}
button {
  font: inherit;
  font-weight: 500;
  min-block-size: 34px;
  padding: 0 14px;
  border: 1px solid transparent;
  border-radius: calc(var(--_radius) * 0.6);
  background: transparent;
  color: var(--_text);
  cursor: pointer;
}
.sign-in { background: var(--_accent); color: var(--_on-accent); }
.try-again { border-color: var(--_border); }
.dismiss { color: var(--_muted); }
.sign-in:hover { filter: brightness(1.07); }
.try-again:hover, .dismiss:hover { background: var(--_tint); }
button:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
button[aria-disabled='true'] { opacity: 0.6; cursor: default; }
dialog {
  inline-size: min(400px, calc(100vw - 32px));
  padding: 28px 28px 24px;
  text-align: center;
}
dialog::backdrop { background: rgb(13 18 30 / 0.45); }
dialog .icon { inline-size: 56px; block-size: 56px; margin: 0 auto 16px; }
dialog .icon svg { inline-size: 30px; block-size: 30px; }
dialog .title { font-size: 1.28em; }
dialog .message { margin-block-start: 6px; }
dialog .actions { flex-direction: column; margin-block-start: 22px; }
dialog button { min-block-size: 40px; }
@media (prefers-reduced-motion: no-preference) {
  .shown, dialog[open] { animation: enter 180ms ease-out; }
  dialog[open]::backdrop { animation: fade 180ms ease-out; }
  @keyframes enter { from { opacity: 0; transform: translateY(6px); } }
  @keyframes fade { from { opacity: 0; } }
}
@media (forced-colors: active) {
  button { background: ButtonFace; color: ButtonText; border-color: ButtonBorder; filter: none; forced-color-adjust: none; }
}
`;

let sheet: CSSStyleSheet | undefined;

/**
 * The prompt's style sheet, one for all prompts of a page. Constructed by script, so that no Content Security Policy
 * has to allow inline styles for it.
 */
export function promptStyles(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
